import { Arming } from './arming/arming.ts';
import { KeptState } from './arming/kept-state.ts';
import type { HelperConfig } from './config/config.ts';
import { Guard } from './guard/guard.ts';
import { GuardBackend } from './guard/guard-backend.ts';
import { Visited } from './guard/visited.ts';
import type { Contest } from './contest.ts';
import type { Halt } from './halt.ts';
import type { Log } from './log.ts';
import type { Transactions } from './nft/transactions.ts';
import type { Signals } from './signals.ts';
import type { Upkeep } from './upkeep.ts';

export interface GuardingParts {
  readonly nft: string;
  readonly config: HelperConfig;
  readonly halt: Halt;
  readonly contest: Contest;
  readonly signals: Signals;
  readonly transactions: Transactions;
  readonly upkeep: Upkeep;
  readonly log: Log;
}

/** The way that turns strangers away by itself, and what switches it on and off. */
export function fitGuard({ signals, upkeep, ...parts }: GuardingParts): {
  readonly backend: GuardBackend;
  readonly arming: Arming;
} {
  const { config, halt, log } = parts;
  const visited = new Visited(parts.nft, config.table);
  const guard = new Guard({
    ...parts,
    visited,
    contested: signals.contested.tell,
    built: signals.emptied.tell,
  });
  const arming = new Arming({
    guard,
    halt,
    state: new KeptState(config.state),
    atFirst: config.armed,
    disturbed: signals.disturbed.tell,
    log,
  });
  signals.contested.hear(() => arming.contested());
  const backend = new GuardBackend({
    ...parts,
    repair: upkeep.repair,
    guard,
    visited,
    armed: () => arming.status().armed,
  });
  upkeep.of(backend, () =>
    signals.disturbed.tell('The guard was altered or removed and has been rebuilt empty.'),
  );
  return { backend, arming };
}
