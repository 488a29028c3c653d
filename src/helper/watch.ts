import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf, type Log } from './log.ts';

/** How often to look even when nothing was seen, and how soon after a failure. Milliseconds. */
const usually = 10_000;
const afterFailure = 1000;
/** The monitor says nothing when it begins to listen: until it surely does, we look often ourselves. Milliseconds. */
const youth = 5000;
const inYouth = 500;
/** Between looks in a row: others (a container engine, fail2ban) may change their own rules all the time. */
const breath = 200;

/**
 * Looks when it is told that somebody changed something, and every so often. One
 * look at a time: however many changes come during one, a single look follows it.
 */
export class Watch {
  readonly #look: (changedBy: string | undefined) => Promise<void>;
  readonly #log: Log;
  readonly #bornAt = performance.now();
  #looking = false;
  #next: { readonly by: string | undefined } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(look: (changedBy: string | undefined) => Promise<void>, log: Log) {
    this.#look = look;
    this.#log = log;
  }

  /** Never rejects; resolves when there is nothing more to look at for now. */
  async look(changedBy?: string): Promise<void> {
    this.#next = { by: changedBy ?? this.#next?.by };
    if (this.#looking) return;
    this.#looking = true;
    clearTimeout(this.#timer);
    const calm = performance.now() - this.#bornAt < youth ? inYouth : usually;
    let pause = calm;
    while (this.#next && !this.#stopped) {
      const { by } = this.#next;
      this.#next = undefined;
      pause = calm;
      try {
        await this.#look(by);
      } catch (error) {
        this.#log('guard-failed', { message: reasonOf(error) });
        pause = afterFailure;
      }
      if (this.#next) await sleep(breath);
    }
    this.#looking = false;
    if (!this.#stopped) this.#timer = setTimeout(() => void this.look(), pause);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}
