import { setTimeout as sleep } from 'node:timers/promises';
import type { PlaceInside } from '../inside/place.ts';
import { addresses } from './machine.ts';

/** Ports of the guest. Strangers are turned away from `web` and `sip`, and never from `other`. */
export const doors = { web: 443, sip: 5061, other: 8080 } as const;

/** Between two tries, and for how long one is waited for. Milliseconds. */
const pause = 50;
const patience = 150;

/** Somebody who tries a door all the time, from before the guest has a network. */
export class Caller {
  readonly #outside: PlaceInside;
  readonly #from: string;
  readonly #door: keyof typeof doors;
  readonly #done: Promise<void>;
  #stopped = false;
  /** When the door was first found open, in ms of performance.now(). */
  firstIn: number | undefined;
  timesIn = 0;
  tries = 0;

  constructor(outside: PlaceInside, who: keyof typeof addresses, door: keyof typeof doors) {
    this.#outside = outside;
    this.#from = addresses[who];
    this.#door = door;
    this.#done = this.#knock();
  }

  /** Whether it has got in, or does so within five seconds. */
  async getsIn(): Promise<boolean> {
    for (let tries = 0; tries < 100 && this.timesIn === 0; tries++) await sleep(50);
    return this.timesIn > 0;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #knock(): Promise<void> {
    while (!this.#stopped) {
      const { guest } = addresses;
      const options = { from: this.#from, ms: patience };
      const found = await this.#outside
        .tryConnect(guest, doors[this.#door], options)
        .catch(() => 'gone'); // the guest was switched off
      this.tries++;
      if (found === 'in') {
        this.timesIn++;
        this.firstIn ??= performance.now();
      }
      await sleep(pause);
    }
  }
}
