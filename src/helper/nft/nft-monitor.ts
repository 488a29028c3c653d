import { MonitorChild } from './monitor-child.ts';

/** Sets that are too large to be looked through whenever somebody changes something. */
export interface LargeSets {
  /** For grep -E: the line of a loss in one of them, as `nft monitor` says it. */
  readonly loss: string;
  /** Whether there may be very many elements in them. */
  readonly many: boolean;
}

/**
 * Calls `changed` for every change to the ruleset that another process made, usually
 * within milliseconds; `losses`: of large sets, too. Who made it is in the line that
 * closes each transaction.
 */
export class NftMonitor {
  readonly #child: MonitorChild;

  constructor(
    nft: string,
    isOurs: (pid: number) => boolean,
    changed: (by: string, losses: boolean) => void,
    large?: LargeSets,
  ) {
    const loss = large && new RegExp(large.loss);
    let losses = false;
    this.#child = new MonitorChild({
      nft,
      many: large?.many ?? false,
      pattern: ['^# new generation', large?.loss].filter(Boolean).join('|'),
      line: (text) => {
        if (loss?.test(text)) losses = true;
        if (text === '# gap') changed('nobody known: there was too much at once', false);
        const change = /^# new generation \d+ by process (\d+) \((.*)\)$/.exec(text);
        if (!change) return;
        if (!isOurs(Number(change[1]))) changed(change[2] ?? 'unknown', losses);
        losses = false;
      },
      gap: () => changed('nobody known: nft monitor had ended', true),
    });
  }

  start(): void {
    this.#child.start();
  }

  stop(): void {
    this.#child.stop();
  }
}
