import { join } from 'node:path';
import { keepFile, keptFile } from '../keep-file.ts';
import { nftTables, savedTables, type Ruleset, type TableText } from './ruleset.ts';

/** A file for each program that can read it, so that a person can bring it back by hand, too. */
const files = [
  { by: 'nft', name: 'before.nft' },
  { by: 'iptables', name: 'before.iptables' },
  { by: 'ip6tables', name: 'before.ip6tables' },
] as const;

const families = { iptables: 'ip', ip6tables: 'ip6' } as const;

export interface Before {
  readonly savedAt: string;
  readonly ruleset: Ruleset;
}

/** The ruleset as it was before the guard was first armed. Every method throws what the file system says. */
export class RulesetBefore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  save(ruleset: Ruleset, at: Date): void {
    // the one that says that there is one comes last
    for (const { by, name } of files.toReversed()) {
      const texts = [...ruleset.values()].filter((table) => table.by === by).map((t) => t.text);
      keepFile(join(this.#folder, name), `# saved ${at.toISOString()}\n${texts.join('')}`);
    }
  }

  read(): Before | undefined {
    const listing = this.#text('before.nft');
    if (listing === undefined) return undefined;
    const tables = new Map<string, TableText>(nftTables(listing));
    for (const by of ['iptables', 'ip6tables'] as const) {
      for (const [name, text] of savedTables(this.#text(`before.${by}`) ?? '')) {
        tables.set(`${families[by]} ${name}`, { by, text });
      }
    }
    return { savedAt: /^# saved (\S+)$/m.exec(listing)?.[1] ?? 'unknown', ruleset: tables };
  }

  #text(name: string): string | undefined {
    return keptFile(join(this.#folder, name));
  }
}
