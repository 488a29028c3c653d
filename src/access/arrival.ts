import type { Address } from '../domain/address.ts';
import type { Firewall } from '../domain/ports.ts';
import type { Seconds, Timer } from '../domain/time.ts';

/** What can be said of an opened address while its traveller is still on the telephone. */
export type ArrivalNews = 'arrived' | 'not-arrived';

/** Looks whether anything comes from an opened address. */
export interface Arrival {
  /**
   * Settles with what there is to say: `arrived` once, `not-arrived` once and not
   * after it. Never rejects; pending for ever when there is nothing left to say.
   */
  readonly news: () => Promise<ArrivalNews>;
  stop(): void;
}

const lookEvery: Seconds = 1;
/** By then a program that was waiting to connect has tried again. */
const patience: Seconds = 25;

/** Begins to look at once. While the helper does not answer, nothing is said. */
export function watchArrival(firewall: Firewall, address: Address, timer: Timer): Arrival {
  const said = new Set<ArrivalNews>();
  let tell: ((news: ArrivalNews) => void) | undefined;
  let due: ArrivalNews | undefined;
  let looks = 0;
  let next: { cancel(): void } | undefined;
  let stopped = false;

  function announce(news: ArrivalNews): void {
    if (said.has(news)) return;
    due = news;
    tell?.(news);
  }

  async function look(): Promise<void> {
    const packets = await firewall.packetsFrom(address).catch(() => undefined);
    if (stopped) return;
    if (packets !== undefined && packets > 0) return announce('arrived');
    looks++;
    if (packets === 0 && looks * lookEvery >= patience) announce('not-arrived');
    next = timer(lookEvery, () => void look());
  }

  void look();
  return {
    news: () =>
      new Promise((resolve) => {
        tell = (news) => {
          tell = undefined;
          due = undefined;
          said.add(news);
          resolve(news);
        };
        if (due) tell(due);
      }),
    stop() {
      stopped = true;
      next?.cancel();
    },
  };
}
