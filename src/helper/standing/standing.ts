import type {
  WireLimits,
  WirePart,
  WireStandFailure,
  WireStanding,
  WireStood,
} from '../../firewall/wire.ts';
import { isNetwork } from '../../firewall/wire-network.ts';
import { Refused } from '../../firewall/wire-rules.ts';
import { readLine, StandingSorter, type StandingEntry } from '../../firewall/wire-standing.ts';
import { reasonOf, type Log } from '../log.ts';
import { Turns } from '../turns.ts';
import { countChanges } from './differences.ts';
import { ListFile } from './list-file.ts';
import type { StandingPlace } from './place.ts';
import { dismiss, settle } from './settle.ts';
import { StoodNetworks } from './stood-networks.ts';
import { Transfer, type StandingList } from './transfer.ts';

export interface StandingParts {
  readonly limits: WireLimits;
  /** Undefined where nothing can stand. */
  readonly place: StandingPlace | undefined;
  /** Of the list that outlasts a restart. */
  readonly folder: string;
  /** Whether the kernel is to be left alone for now. */
  readonly halted: () => boolean;
  readonly log: Log;
}

/** A transfer that gets no further part within this is forgotten. Milliseconds. */
const stall = 60_000;
/** A clock that jumps by more moves what has an end. Milliseconds. */
const jump = 5000;
/** Settlings in a row that somebody spoilt: more are a fight, and another look's matter. */
const mostTries = 5;

/** Elements of networks: ten times as many were seen to hold up nftables for a minute. */
const mostOfNetworks = 100_000;

const nothing: readonly string[] = [];

/**
 * Keeps the standing entries: takes the list from the app in parts, carries out what
 * differs, puts it back when the kernel has lost it. Where nobody knows what the kernel
 * has, all is put there anew in one transaction. One thing at a time.
 */
export class Standing {
  readonly #parts: StandingParts;
  readonly #file: ListFile;
  readonly #rules: string;
  readonly #turns = new Turns();
  readonly #stood = new StoodNetworks();
  #transfer: Transfer | undefined;
  #stalled: NodeJS.Timeout | undefined;
  /** What shall stand, in order. */
  #lines: readonly string[] = nothing;
  #digest: string | null = null;
  #failed: readonly WireStandFailure[] = [];
  /**
   * What the kernel has; undefined when nobody knows. At the start nobody does: what is
   * there may have come from rules that were saved when others stood.
   */
  #inKernel: readonly string[] | undefined;
  /** What the place was last told that it has. */
  #settled: readonly string[] = nothing;
  #said = '';
  #doubts = 0;
  #saved = true;
  /** Unix seconds; a clock that has not been set yet says less. Believed until the app has spoken. */
  #notBefore = 0;
  #clock = clockOffset();

  constructor(parts: StandingParts) {
    this.#parts = parts;
    this.#file = new ListFile(parts.folder, parts.log);
    const { services, standing } = parts.limits;
    this.#rules = JSON.stringify({ services, standing });
  }

  /** Puts back what stood before us. Never rejects: what fails is tried again at the next look. */
  begin(): Promise<void> {
    return this.#turns.take(async () => {
      if (!this.#parts.place) return;
      const began = performance.now();
      const kept = await this.#file.read();
      const sameRules = kept?.rules === this.#rules;
      if (kept) {
        this.#notBefore = kept.savedAt;
        const sorter = new StandingSorter(this.#parts.limits, this.#now(), this.#checks());
        sorter.take(kept.lines);
        [this.#lines, this.#settled] = [sorter.good, kept.lines];
        this.#stood.begin(kept.stood);
        // else the app shall send it again: some of it may be allowed now, or not be over after all
        const whole = sorter.good.length === kept.lines.length && kept.savedAt <= unixNow();
        if (sameRules && whole) [this.#digest, this.#failed] = [kept.digest, kept.failed];
      }
      // a halt ends with the guard built anew, and that with all put back
      if (this.#parts.halted()) return;
      await this.#settle().catch((error: unknown) => this.#fail(error));
      const milliseconds = Math.round(performance.now() - began);
      this.#parts.log('standing-restored', { entries: this.#lines.length, milliseconds });
    });
  }

  /** What stands, once what is under way is done. */
  status(): Promise<WireStanding> {
    return this.#turns.take(async () => ({
      digest: this.#inKernel === this.#lines ? this.#digest : null,
      count: this.#lines.length,
      failed: this.#failed,
    }));
  }

  /** What shall stand now: a list may be older than the end of some of it. */
  entries(): StandingEntry[] {
    const now = this.#now();
    return this.#lines.map(readLine).filter(({ until }) => until === 0 || until > now);
  }

  /** A part of a list; the last one carries it out. @throws Refused */
  async take(part: WirePart): Promise<WireStood | undefined> {
    clearTimeout(this.#stalled);
    if (part.part === 0) {
      this.#believeClock();
      this.#transfer = new Transfer(part, this.#parts.limits, this.#now(), this.#checks());
    }
    const transfer = this.#transfer;
    this.#transfer = undefined;
    if (!transfer) throw new Refused('gone', 'There is no such list: begin with part 0.');
    const list = transfer.take(part);
    if (list) return this.#turns.take(() => this.#change(list));
    this.#transfer = transfer;
    this.#stalled = setTimeout(() => (this.#transfer = undefined), stall).unref();
    return undefined;
  }

  /**
   * Somebody has changed what stands, or the kernel has lost it: all is put there anew
   * at once. What was lost may be back with rules that were saved when others stood.
   */
  doubt(): void {
    this.#doubts++;
    this.#inKernel = undefined;
    this.#soon();
  }

  /** Puts right what is not as it should be. Rejects when it could not. */
  look(): Promise<void> {
    return this.#turns.take(async () => {
      if (!this.#parts.place || this.#parts.halted()) return;
      const dated = this.#lines.some((line) => !line.endsWith(' 0'));
      if (dated && Math.abs(clockOffset() - this.#clock) > jump) this.#inKernel = undefined;
      try {
        await this.#settle();
        this.#said = '';
      } catch (error) {
        // the kernel's no has a reason that goes away by somebody's doing, which is noticed
        if (!(error instanceof Refused) || error.code !== 'kernel') throw error;
        this.#fail(error);
        return;
      }
      if (!this.#saved) await this.#save();
    });
  }

  stop(): void {
    clearTimeout(this.#stalled);
  }

  async #change({ digest, lines, failed }: StandingList): Promise<WireStood> {
    const counts = countChanges(this.#lines, lines);
    this.#saved = false;
    [this.#lines, this.#digest, this.#failed] = [lines, digest, failed];
    try {
      await this.#settle();
    } catch (error) {
      if (error instanceof Refused) throw error;
      throw new Refused('unconfirmed', `Not all may stand yet: ${reasonOf(error)}`);
    }
    await this.#save();
    return { ...counts, failed };
  }

  /** Makes the kernel have what it should. */
  async #settle(): Promise<void> {
    const { place } = this.#parts;
    // nowhere to stand: no line was allowed either
    if (!place) {
      this.#inKernel = this.#lines;
      return;
    }
    if (this.#inKernel === this.#lines) return;
    for (let tries = 0; this.#inKernel !== this.#lines; tries++) {
      if (tries >= mostTries) throw new Error('Others change what stands again and again.');
      const [lines, before, doubts] = [this.#lines, this.#inKernel, this.#doubts];
      this.#inKernel = undefined;
      this.#clock = clockOffset();
      const settling = { before, lines, stood: this.#stood, now: this.#now() };
      await settle(place, settling).catch(async (error: unknown) => {
        // whoever is to go does not wait for what is in the way of others
        await dismiss(place, { ...settling, before: before ?? this.#settled });
        throw error;
      });
      // what was put there before a loss may be gone with it
      this.#inKernel = doubts === this.#doubts ? lines : undefined;
    }
    const before = this.#settled;
    this.#settled = this.#lines;
    await place.settled?.(before, this.#lines);
  }

  async #save(): Promise<void> {
    if (!this.#parts.place || this.#digest === null) return;
    try {
      await this.#file.write({
        digest: this.#digest,
        rules: this.#rules,
        savedAt: Math.floor(unixNow()),
        failed: this.#failed,
        stood: this.#stood.all(),
        lines: this.#lines,
      });
      this.#saved = true;
    } catch (error) {
      this.#unkept(error);
    }
  }

  readonly #unkept = (error: unknown): void => {
    this.#parts.log('standing-not-kept', {
      message: `The standing entries would not come back after a restart (${reasonOf(error)}): mend the folder of "state" (systemd's StateDirectory makes it).`,
    });
  };

  #soon(): void {
    void this.look().catch((error: unknown) => this.#fail(error));
  }

  /** Says each reason once in a row. */
  #fail(error: unknown): void {
    const message = reasonOf(error);
    if (message !== this.#said) this.#parts.log('standing-failed', { message });
    this.#said = message;
  }

  /** What one list is held to, beyond the rules for each line. */
  #checks(): (entry: StandingEntry) => void {
    const { place } = this.#parts;
    let elements = 0;
    return (entry) => {
      place?.check?.(entry);
      if (!isNetwork(entry.target)) return;
      for (const service of entry.services) elements += place?.elementsOf?.(service) ?? 1;
      if (elements > mostOfNetworks) {
        throw new Refused(
          'too-many',
          `Networks take ${mostOfNetworks} elements at most (one for each range of ports of each service), because each change writes all of them: name fewer or larger networks, or services with fewer ranges.`,
        );
      }
    };
  }

  #now(): number {
    return Math.max(unixNow(), this.#notBefore);
  }

  /** The app sends what lasts by the clock of now: it was ahead when the list was saved, if they differ. */
  #believeClock(): void {
    const wasAhead = this.#notBefore > unixNow();
    this.#notBefore = 0;
    if (wasAhead) this.doubt(); // what has an end was given less time
  }
}

const unixNow = (): number => Date.now() / 1000;

/** Becomes another when the clock is set, or the machine has slept. Milliseconds. */
function clockOffset(): number {
  return Date.now() - performance.now();
}
