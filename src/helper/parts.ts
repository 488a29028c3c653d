import type { Arming } from './arming/arming.ts';
import { Desk } from './arming/desk.ts';
import { RulesetBefore } from './arming/ruleset-before.ts';
import type { Backend } from './backend.ts';
import type { HelperConfig } from './config/config.ts';
import { fitBackend } from './fit-backend.ts';
import { fitGuard } from './fit-guard.ts';
import { Gate, limitsOf } from './gate.ts';
import { Contest } from './contest.ts';
import { Halt } from './halt.ts';
import type { Log } from './log.ts';
import { NftShell } from './nft/nft-shell.ts';
import { Transactions } from './nft/transactions.ts';
import { OwnRules } from './own-rules.ts';
import { NoRecordings } from './recording/no-recordings.ts';
import { Recordings } from './recording/recordings.ts';
import { Signals } from './signals.ts';
import { Standing } from './standing/standing.ts';
import { Bans } from './unban/bans.ts';
import { Upkeep } from './upkeep.ts';

/** What switches the guard on and off, and where root asks for it. */
export interface Guarding {
  readonly kind: 'guard';
  readonly arming: Arming;
  readonly desk: Desk;
}

/** The rules are the administrator's own. */
export interface Fitting {
  readonly kind: 'own rules';
  readonly desk: OwnRules;
}

/** The helper, put together and not yet started. */
export interface Parts {
  readonly signals: Signals;
  readonly shell: NftShell;
  readonly halt: Halt;
  readonly contest: Contest;
  readonly upkeep: Upkeep;
  readonly backend: Backend;
  readonly way: Guarding | Fitting;
  /** What clients may ask. */
  readonly doors: {
    readonly gate: Gate;
    readonly recordings: Recordings | NoRecordings;
    readonly standing: Standing;
    readonly bans: Bans;
  };
}

/** Each part from those before it; nothing runs yet. @throws ConfigError when they do not fit this host */
export function putTogether(config: HelperConfig, usable: string | undefined, log: Log): Parts {
  const nft = usable ?? 'nft'; // nobody asks anything of it then
  const signals = new Signals();
  signals.disturbed.hear((why) => log('disturbed', { why }));
  const halt = new Halt();
  const contest = new Contest();
  const shell = new NftShell(nft);
  const upkeep = new Upkeep();
  const transactions = new Transactions(shell, upkeep.repair, limitsOf(config), halt);
  const common = { config, signals, transactions, upkeep, log };

  const guard =
    config.backend.kind === 'guard' ? fitGuard({ ...common, nft, halt, contest }) : undefined;
  const backend = guard?.backend ?? fitBackend({ ...common, nft: usable });

  const gate = new Gate(config, backend, halt, signals.disturbed.tell);
  const standing = new Standing({
    limits: gate.limits,
    place: backend.standing,
    folder: config.state,
    halted: () => halt.reason !== undefined,
    log,
  });
  signals.emptied.hear(() => standing.doubt());
  const recordings =
    usable === undefined ? new NoRecordings() : new Recordings(usable, config, transactions);
  const bans = new Bans(config.unban, log);

  const way = guard
    ? {
        kind: 'guard' as const,
        arming: guard.arming,
        desk: new Desk({
          nft,
          config,
          arming: guard.arming,
          before: new RulesetBefore(config.state),
          opened: async () =>
            (await gate.list()).map(({ address, services }) => ({
              target: address,
              services: services.map(({ service }) => service),
            })),
          standing: () => standing.entries(),
          log,
        }),
      }
    : {
        kind: 'own rules' as const,
        desk: new OwnRules({ halt, contest, signals, doubt: () => standing.doubt(), log }),
      };
  return {
    signals,
    shell,
    halt,
    contest,
    upkeep,
    backend,
    way,
    doors: { gate, recordings, standing, bans },
  };
}
