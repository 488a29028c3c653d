import type { Logger } from 'pino';
import { watchGateUse } from '../access/gate-use.ts';
import { watchNames, type NameWatch } from '../access/standing/name-watch.ts';
import type { StandReport } from '../domain/ports.ts';
import { systemClock, systemTimer } from '../domain/time.ts';
import { startReconciler } from '../firewall/reconciler.ts';
import { entriesReconciliation, grantsReconciliation } from '../firewall/reconciliations.ts';
import type { Config } from './config.ts';
import type { House } from './rules.ts';

type Kept = Pick<
  House,
  'firewall' | 'gate' | 'entries' | 'stores' | 'names' | 'addressRules' | 'meters'
>;

/**
 * Makes the kernel match the record, grants and standing entries each by themselves, and
 * keeps what names mean. Whoever starts waits for none of it.
 */
export function startReconcilers(
  house: Kept,
  config: Pick<Config, 'reconcile_every' | 'entries'>,
  log: Logger,
): () => Promise<void> {
  const { firewall, gate, entries, stores, meters } = house;
  const common = {
    firewall,
    every: config.reconcile_every,
    log: (message: string, error?: unknown) =>
      log.warn({ event: 'reconciler', err: error }, message),
  };
  const grants = startReconciler({
    ...common,
    what: 'The gate',
    ended: (well) => meters.reconciled('grants', well, Date.now()),
    reconcile: grantsReconciliation({
      firewall,
      desired: gate.desired,
      exclusively: gate.exclusively,
      report: async ({ opened, closed, failed }) => {
        log.warn({ event: 'healed', opened, closed, failed }, 'the gate differed from the record');
        await stores.audit.append({
          at: Date.now(),
          actor: 'system',
          kind: 'gate-healed',
          detail: { opened: opened.join(' '), closed: closed.join(' '), failed: failed.length },
        });
      },
    }),
  });
  const tell = tellingOfEntries(log);
  const standing = startReconciler({
    ...common,
    what: 'What stands',
    ended: (well) => meters.reconciled('entries', well, Date.now()),
    longestGather: 3,
    reconcile: entriesReconciliation({
      firewall,
      desired: entries.standing,
      report: (report) => tell(entries.stood(report)),
    }),
  });
  const names = watchEntryNames(house, config, log, standing.soon);
  const endUse = watchGateUse({
    grants: stores.grants,
    firewall,
    clock: systemClock,
    timer: systemTimer,
    log: common.log,
  });
  entries.onChanged(() => {
    standing.soon();
    names.refresh();
  });
  return async () => {
    names.stop();
    await Promise.all([grants.stop(), standing.stop(), endUse()]);
  };
}

/** As many of those that failed as a line of the log shall hold. */
const mostNamed = 5;

/** What fails is said once, not every few seconds. */
function tellingOfEntries(log: Logger): (report: StandReport) => void {
  let last = '';
  return ({ added, removed, failed }) => {
    if (added + removed > 0) {
      log.info({ event: 'standing', added, removed }, 'standing entries were changed in the gate');
    }
    const some = failed.slice(0, mostNamed);
    const now = `${failed.length} ${some.map(({ target }) => target).join(' ')}`;
    if (failed.length > 0 && now !== last) {
      log.warn(
        { event: 'standing-refused', refused: failed.length, failed: some },
        'some standing entries are not taken by the gate; "dialgate host list" says which and why',
      );
    }
    last = now;
  };
}

function watchEntryNames(
  { stores, names, addressRules }: Kept,
  { entries }: Pick<Config, 'entries'>,
  log: Logger,
  changed: () => void,
): NameWatch {
  return watchNames({
    entries: stores.entries,
    names,
    clock: systemClock,
    timer: systemTimer,
    addresses: addressRules,
    grace: entries.grace,
    changed,
    noted: ({ kind, detail }) => {
      // a reason is a complaint: it fails, or some of its addresses were left out
      const level = detail?.['reason'] === undefined ? 'info' : 'warn';
      log[level]({ event: kind, ...detail }, 'what a name among the standing entries means');
    },
    log: (message, error) => log.warn({ event: 'names', err: error }, message),
  });
}
