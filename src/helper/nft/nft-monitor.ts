import { MonitorChild } from './monitor-child.ts';

/**
 * Calls `changed` for every change to the ruleset that another process made, usually
 * within milliseconds. Who made it is in the line that closes each transaction.
 * `losses`: elements were taken out of sets that are too large to be looked through
 * each time; `lossPattern`, for grep -E, is the line that says so.
 */
export class NftMonitor {
  readonly #child: MonitorChild;

  constructor(
    nft: string,
    isOurs: (pid: number) => boolean,
    changed: (by: string, losses: boolean) => void,
    lossPattern?: string,
  ) {
    const loss = lossPattern === undefined ? undefined : new RegExp(lossPattern);
    let losses = false;
    this.#child = new MonitorChild({
      nft,
      pattern: ['^# new generation', lossPattern].filter(Boolean).join('|'),
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
