import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf, type Log } from './log.ts';

/** How often to look even when nothing was seen, and how soon after a failure. Milliseconds. */
const usually = 10_000;
const afterFailure = 1000;
/** Between looks in a row: others (a container engine, fail2ban) may change their own rules all the time. */
const breath = 200;

/**
 * Looks when it is told that somebody changed something, and every so often. One
 * look at a time: however many changes come during one, a single look follows it.
 */
export class Watch {
  readonly #look: (changedBy: string | undefined) => Promise<void>;
  readonly #log: Log;
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
    let pause = usually;
    while (this.#next && !this.#stopped) {
      const { by } = this.#next;
      this.#next = undefined;
      pause = usually;
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
