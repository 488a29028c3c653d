import { createHash } from 'node:crypto';
import { Refused } from '../../firewall/wire-rules.ts';
import type { HelperConfig } from '../config/config.ts';
import { portKey } from '../config/ports.ts';
import type { Timed } from '../edit.ts';
import { side, visitedSet, type SetOf } from '../guard/sets.ts';
import { trustedRules } from '../guard/trusted-rules.ts';
import { addressOf, kinds, removal, renewal, type On } from '../nft/element-lines.ts';
import { listSet, type Listed } from '../nft/nft-list.ts';
import { runNft } from '../nft/nft-run.ts';

/** Longer than a helper is likely to be away, or a telephone to be thought of as registered. Seconds. */
export const memory = 24 * 3600;

/** Whose connections with a service were cut. */
const shutSet =
  (service: string): SetOf =>
  (kind) =>
    `shut${kind}_${service}`;

/**
 * A table of our own beside the administrator's rules. It turns nobody away who comes:
 * it remembers who was let in, for a helper that is restarted, and it keeps the server
 * from taking up again by itself what was cut. Otherwise the next packet that the server
 * sends (a retransmission, the sound of a call) would make the connection anew, and its
 * answers would be let in as such.
 */
function scriptOf({ table, services, trusted, mostAddresses }: HelperConfig): string {
  const size = Math.max(65_536, 8 * mostAddresses);
  const sets = (name: SetOf): string =>
    kinds
      .map((kind) => {
        const type = kind === '4' ? 'ipv4_addr' : 'ipv6_addr';
        return `  set ${name(kind)} { type ${type}; flags timeout; size ${size}; }`;
      })
      .join('\n');
  const way = (service: string): string =>
    `  chain way_${service} {\n${kinds
      .map((kind) => `    ${side(kind, 'daddr')} @${shutSet(service)(kind)} goto cut`)
      .join('\n')}\n  }`;
  const ways = services.flatMap(({ name, ports }) =>
    ports.map((port) => `${portKey(port)} : goto way_${name}`),
  );
  return `add table inet ${table}
delete table inet ${table}
table inet ${table} {
${sets(visitedSet)}
${services.map(({ name }) => sets(shutSet(name))).join('\n')}
  chain cut {
    counter
    meta l4proto tcp reject with tcp reset
    drop
  }
${services.map(({ name }) => way(name)).join('\n')}
  chain leaving {
    type filter hook output priority 0; policy accept;
    oif lo accept
    meta l4proto != { tcp, udp } accept
    ct state != new accept
${trustedRules(trusted, 'daddr')}    meta l4proto . th sport vmap { ${ways.join(', ')} }
  }
}
`;
}

/** Keeps the table, and knows the words for what stands in it. */
export class CutTable {
  readonly #nft: string;
  readonly #table: string;
  readonly #script: string;
  #builders: number[] = [];

  constructor(nft: string, config: HelperConfig) {
    this.#nft = nft;
    this.#table = config.table;
    this.#script = scriptOf(config);
  }

  /** Builds the table where it is missing or another version's, after `before` is done; whether it had to. */
  async ensure(before: () => Promise<void>): Promise<boolean> {
    const hash = createHash('sha256').update(this.#script).digest('hex').slice(0, 32);
    const mark = `shape_${hash}`;
    const { status, output, errors } = await runNft(this.#nft, [
      'list',
      'chain',
      'inet',
      this.#table,
      mark,
    ]);
    // `flush table` leaves the chain, and takes the rules
    if (status === 0 && /\breturn\b/.test(output)) return false;
    if (status !== 0 && !/No such file or directory/.test(errors)) throw new Error(errors.trim());
    await before();
    const script = `${this.#script}add chain inet ${this.#table} ${mark}\nadd rule inet ${this.#table} ${mark} return\n`;
    const built = await runNft(this.#nft, ['-f', '-'], script, (pid) => {
      this.#builders = [...this.#builders.slice(-9), pid];
    });
    if (built.status !== 0) throw new Error(`nft refuses the table: ${built.errors.trim()}`);
    return true;
  }

  /** Whether a change by this process was ours. */
  madeBy(pid: number): boolean {
    return this.#builders.includes(pid);
  }

  /** Who was let in until when; the seconds may lie in the past, as far as `memory` goes. Nobody where there is no such set. */
  async visited(): Promise<Timed[]> {
    const kept = await this.#list(visitedSet);
    return kept.map(({ address, seconds }) => ({ address, seconds: seconds - memory }));
  }

  /** Whose connections with a service were cut, and for how long that is remembered. */
  shut(service: string): Promise<Timed[]> {
    return this.#list(shutSet(service));
  }

  visitLines(visits: readonly Timed[]): string[] {
    const kept = visits
      .map(({ address, seconds }) => ({ address, seconds: seconds + memory }))
      .filter(({ seconds }) => seconds >= 1);
    return renewal(this.#on(visitedSet), kept);
  }

  forgetLines(addresses: readonly string[]): string[] {
    return removal(this.#on(visitedSet), addresses);
  }

  shutLines(service: string, kept: readonly Timed[]): string[] {
    return renewal(this.#on(shutSet(service)), kept);
  }

  unshutLines(service: string, addresses: readonly string[]): string[] {
    return removal(this.#on(shutSet(service)), addresses);
  }

  async #list(setOf: SetOf): Promise<Timed[]> {
    const lists = await Promise.all(
      kinds.map(async (kind) =>
        (await this.#elements(setOf(kind))).map(({ key, seconds }) => ({
          address: addressOf(key, kind),
          seconds,
        })),
      ),
    );
    return lists.flat();
  }

  #elements(set: string): Promise<Listed[]> {
    return listSet(this.#nft, this.#table, set).catch((error: unknown) => {
      if (error instanceof Refused && error.code === 'gone') return [];
      throw error;
    });
  }

  #on(setOf: SetOf): On {
    return (kind) => `inet ${this.#table} ${setOf(kind)}`;
  }
}
