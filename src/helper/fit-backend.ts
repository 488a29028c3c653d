import type { Backend } from './backend.ts';
import type { HelperConfig } from './config/config.ts';
import { ConfigError } from './config/config-values.ts';
import { CutTable } from './cut/cut-table.ts';
import { CuttingBackend } from './cut/cutting-backend.ts';
import { IpsetBackend } from './ipset/ipset-backend.ts';
import type { Log } from './log.ts';
import type { Transactions } from './nft/transactions.ts';
import { SetBackend } from './nftset/set-backend.ts';
import { findProgram } from './program.ts';
import type { Signals } from './signals.ts';
import type { Upkeep } from './upkeep.ts';

export interface FittingParts {
  readonly nft: string | undefined;
  readonly config: HelperConfig;
  readonly transactions: Transactions;
  readonly signals: Signals;
  readonly upkeep: Upkeep;
  readonly log: Log;
}

/** Where the ipset program may be. */
export const ipsetPlaces = ['/usr/sbin/ipset', '/sbin/ipset', '/usr/local/sbin/ipset'];

/** The way that fits a firewall whose rules are the administrator's own. @throws ConfigError */
export function fitBackend(parts: FittingParts): Backend {
  const { nft, config, signals, transactions, upkeep, log } = parts;
  const table = nft === undefined ? undefined : new CutTable(nft, config);
  const backend = backendOf(parts, table);
  const conntrack = findProgram(config.conntrack);
  const memory = table && { table, transactions };
  const cutting = new CuttingBackend({ backend, config, conntrack, memory, log });
  upkeep.of(cutting, () => {
    signals.disturbed.tell('Sets were emptied, or are there again.');
    signals.emptied.tell();
  });
  return cutting;
}

function backendOf(
  { nft, config, transactions, upkeep, log }: FittingParts,
  table: CutTable | undefined,
): Backend {
  const { backend, services, mostAddresses, standing } = config;
  const mostStanding = standing.most;
  const { repair } = upkeep;
  if (backend.kind === 'guard') throw new Error('The guard is no fitting.');
  if (backend.kind === 'set') {
    if (nft === undefined) {
      throw new ConfigError('backend: "set" needs an nft that this kernel takes something from.');
    }
    const madeBy = (pid: number): boolean =>
      transactions.madeBy(pid) || (table?.madeBy(pid) ?? false);
    const sets = backend;
    return new SetBackend({
      nft,
      sets,
      mostAddresses,
      mostStanding,
      transactions,
      repair,
      madeBy,
      log,
    });
  }
  const ipset = findProgram(ipsetPlaces);
  if (ipset === undefined) {
    throw new ConfigError(
      `ipset is not at ${ipsetPlaces.join(' or ')}: install the package ipset.`,
    );
  }
  const names = services.map(({ name }) => name);
  return new IpsetBackend({
    ipset,
    prefix: backend.prefix,
    services: names,
    mostAddresses,
    mostStanding,
    repair,
    log,
  });
}
