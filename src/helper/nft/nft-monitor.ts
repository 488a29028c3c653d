import type { Change } from '../backend.ts';
import { MonitorChild } from './monitor-child.ts';
import { idsAreTheKernels, ownWork } from './own-work.ts';

export interface HeardParts {
  /** Whether a change by this process was ours. */
  readonly isOurs: (pid: number) => boolean;
  readonly changed: (change: Change) => void;
  /** The line that says that standing entries were taken out, for grep -E; none where there are none. */
  readonly lossPattern: string | undefined;
  /** Whether the process ids in it are those that we know. */
  readonly knowsIds: boolean;
}

/** What each line of a monitor says. */
export function heard({ isOurs, changed, lossPattern, knowsIds }: HeardParts) {
  const loss = lossPattern === undefined ? undefined : new RegExp(lossPattern);
  let losses = false;
  return (text: string): void => {
    if (loss?.test(text)) losses = true;
    if (text === '# gap') {
      changed({ by: 'nobody known: there was too much at once', standing: 'unknown' });
    }
    const change = /^# new generation \d+ by process (\d+) \((.*)\)$/.exec(text);
    if (!change) return;
    if (!(knowsIds ? isOurs(Number(change[1])) : ownWork.isFresh)) {
      changed({ by: change[2] ?? 'unknown', standing: losses ? 'taken' : undefined });
    }
    losses = false;
  };
}

/**
 * Calls `changed` for every change to the ruleset that another process made, usually
 * within milliseconds. Who made it is in the line that closes each transaction.
 * Standing entries are too many to be looked through each time: `lossPattern`, for
 * grep -E, is the line that says that some were taken out.
 */
export class NftMonitor {
  readonly #child: MonitorChild;

  constructor(
    nft: string,
    isOurs: (pid: number) => boolean,
    changed: (change: Change) => void,
    lossPattern?: string,
  ) {
    const knowsIds = idsAreTheKernels();
    this.#child = new MonitorChild({
      nft,
      pattern: ['^# new generation', lossPattern].filter(Boolean).join('|'),
      line: heard({ isOurs, changed, lossPattern, knowsIds }),
      gap: () => changed({ by: 'nobody known: the monitor had ended', standing: 'unknown' }),
    });
  }

  start(): void {
    this.#child.start();
  }

  stop(): void {
    this.#child.stop();
  }
}
