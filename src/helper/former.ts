import type { HelperConfig } from './config/config.ts';
import { ipsetPlaces } from './fit-backend.ts';
import { GuardTables } from './guard/guard-tables.ts';
import { wantedSets as wantedIpsets } from './ipset/own-sets.ts';
import { isMissing, runIpset } from './ipset/ipset-run.ts';
import { reasonOf, type Log } from './log.ts';
import { runNft } from './nft/nft-run.ts';
import { wantedSets } from './nftset/wanted-sets.ts';
import { findProgram } from './program.ts';

/**
 * Takes out of the kernel what is kept by the present configuration no more and was by the one `before`:
 * a guard that would go on turning away, sets in which people would stay let in. To be called when what
 * is wanted now stands. False where not all of it worked, and is to be tried again. Never rejects.
 */
export async function clearFormer(
  nft: string | undefined,
  before: HelperConfig | undefined,
  now: HelperConfig,
  log: Log,
): Promise<boolean> {
  const kept = new Set(placesIn(now).map(({ name }) => name));
  const former = before ? placesIn(before).filter(({ name }) => !kept.has(name)) : [];
  let done = true;
  for (const { name, mend, clear } of former) {
    try {
      await clear(nft ?? 'nft');
      log('former-cleared', { message: `helper.json names ${name} no more: cleared.` });
    } catch (error) {
      done = false;
      log('former-not-cleared', {
        level: 'error',
        message: `helper.json names ${name} no more, but it could not be cleared (${reasonOf(error)}), so what it says of who is let in goes on: run "${mend}".`,
      });
    }
  }
  return done;
}

/** Where a configuration has the kernel keep who is let in. */
interface Place {
  readonly name: string;
  /** What a person would run. */
  readonly mend: string;
  readonly clear: (nft: string) => Promise<void>;
}

function placesIn(config: HelperConfig): Place[] {
  const { table } = config;
  // the guard's, or the one that cuts: whichever way is in force now has replaced what had its name
  const own: Place = {
    name: `the table inet ${table}`,
    mend: `nft delete table inet ${table}`,
    clear: (nft) => new GuardTables(nft, table).remove(),
  };
  return [own, ...setsIn(config)];
}

function setsIn(config: HelperConfig): Place[] {
  const { backend } = config;
  if (backend.kind === 'guard') return [];
  const sizes = { visitors: config.mostAddresses, standing: config.standing.most };
  if (backend.kind === 'set') {
    return wantedSets(backend, sizes).map((set) => {
      const words = ['flush', 'set', backend.family, backend.table, set.name];
      const clear = async (nft: string): Promise<void> => {
        const { status, errors } = await runNft(nft, words);
        if (status !== 0 && !/No such file/.test(errors)) throw new Error(errors.trim());
      };
      return {
        name: `the set ${backend.family} ${backend.table} ${set.name}`,
        mend: `nft ${words.join(' ')}`,
        clear,
      };
    });
  }
  return wantedIpsets({
    prefix: backend.prefix,
    services: config.services.map(({ name }) => name),
    mostAddresses: sizes.visitors,
    mostStanding: sizes.standing,
  }).map(({ name }) => ({
    name: `the ipset ${name}`,
    mend: `ipset flush ${name}`,
    clear: async () => {
      const ipset = findProgram(ipsetPlaces);
      if (ipset === undefined) throw new Error('the program ipset is not there');
      await runIpset(ipset, ['flush', name]).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    },
  }));
}
