import { isNetwork } from '../../firewall/wire-network.ts';
import { readLine, targetOf } from '../../firewall/wire-standing.ts';
import { missingIn } from '../standing/differences.ts';
import { LookUp } from '../standing/look-up.ts';
import type { Due } from './leaves.ts';

/** Entries that have ended, or were taken out. */
export interface Gone {
  readonly lines: readonly string[];
  readonly lookUp: LookUp;
  /** Until then their connections may stand, in milliseconds of the monotonic clock. */
  readonly spared: number;
  /** When connections of theirs are to be cut, by the same clock. */
  readonly due: number;
}

/** The kernel counts from when it was told, so it may let somebody in for a moment more: we cut again. Milliseconds. */
const afterwards = 5000;

const untilOf = (line: string): number => Number(line.slice(line.lastIndexOf(' ') + 1));

/**
 * Who stands, and whose connections are to be cut because they stand no more. Kept as
 * lines, which are there anyway: there may be 100,000.
 */
export class StandingLeaves {
  readonly #linger: number;
  #lines: readonly string[] = [];
  #lookUp = new LookUp([]);
  #gone: readonly Gone[] = [];
  /** Ends up to here have been seen. Unix seconds. */
  #passed = 0;
  /** The next of them; undefined when there is none. */
  #nextEnd: number | undefined;

  /** `linger` in milliseconds: connections may go on for so long after the end. */
  constructor(linger: number) {
    this.#linger = linger;
  }

  /** The list is another from now on. */
  changed(before: readonly string[], lines: readonly string[]): void {
    this.#heedClock();
    // what another line goes on to say of a target is looked up when it comes to cutting
    const lost = missingIn(before, lines).filter((line) => !this.#isPast(untilOf(line)));
    this.#lines = lines;
    this.#lookUp = new LookUp(lines);
    this.#add(lost);
    this.#plan();
  }

  /** Whether connections of a host or a network may stand, as far as entries go. */
  covers(target: string, service: string): boolean {
    const until = this.#lookUp.endOf(target, service);
    if (until === 0) return true;
    if (until !== undefined && until * 1000 + this.#linger > Date.now()) return true;
    const now = performance.now();
    return this.#gone.some(
      ({ spared, lookUp }) => spared > now && lookUp.endOf(target, service) !== undefined,
    );
  }

  /** Whether somebody in this IPv6 network of 64 bits stands. */
  reachesInto(network: string): boolean {
    return this.#lookUp.reachesInto(network);
  }

  /** Of whom connections are to be cut now. */
  due(): Gone[] {
    this.#pass();
    const now = performance.now();
    return this.#gone.filter(({ due }) => due <= now);
  }

  /** When somebody is due next, in milliseconds of the monotonic clock; undefined when nobody is. */
  next(): number | undefined {
    const dues = this.#gone.map(({ due }) => due);
    if (this.#nextEnd !== undefined) {
      dues.push(performance.now() + this.#nextEnd * 1000 - Date.now());
    }
    return dues.length === 0 ? undefined : Math.min(...dues);
  }

  done(gone: readonly Gone[]): void {
    this.#gone = this.#gone.filter((one) => !gone.includes(one));
  }

  /** Takes note of those whose time has ended. */
  #pass(): void {
    this.#heedClock();
    const now = Date.now() / 1000;
    if (this.#nextEnd === undefined || this.#nextEnd > now) return;
    const ended = this.#lines.filter((line) => {
      const until = untilOf(line);
      return until > this.#passed && until <= now;
    });
    this.#passed = now;
    this.#add(ended);
    this.#add(ended, afterwards);
    this.#plan();
  }

  /** What ended by a clock that was ahead is to end again, once that is set right. */
  #heedClock(): void {
    const now = Date.now() / 1000;
    if (now >= this.#passed) return;
    this.#passed = now;
    this.#plan();
  }

  #isPast(until: number): boolean {
    return until !== 0 && until <= this.#passed;
  }

  #add(lines: readonly string[], later = 0): void {
    if (lines.length === 0) return;
    const spared = performance.now() + this.#linger;
    const gone = { lines, lookUp: new LookUp(lines), spared, due: spared + later };
    this.#gone = [...this.#gone, gone];
  }

  #plan(): void {
    this.#nextEnd = undefined;
    for (const line of this.#lines) {
      if (line.endsWith(' 0')) continue;
      const until = untilOf(line);
      if (until > this.#passed) this.#nextEnd = Math.min(this.#nextEnd ?? until, until);
    }
  }
}

/** The hosts among them, by name, as far as there is room. Of a network it is not known who was there. */
export function hostsOf(gone: readonly Gone[], most: number): Due[] {
  const dues: Due[] = [];
  for (const line of gone.flatMap(({ lines }) => lines)) {
    if (isNetwork(targetOf(line))) continue;
    const { target, services } = readLine(line);
    for (const service of services) {
      if (dues.length >= most) return dues;
      dues.push({ address: target, service });
    }
  }
  return dues;
}
