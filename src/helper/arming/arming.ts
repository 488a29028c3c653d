import type { WireGuardStatus } from '../../firewall/wire-guard.ts';
import type { Hold } from '../guard/armed-set.ts';
import type { Guard } from '../guard/guard.ts';
import { haltWords, type Halt, type HaltReason } from '../halt.ts';
import { reasonOf, type Log } from '../log.ts';
import { Declined } from './declined.ts';
import { bootId, uptime, type Kept, type KeptState } from './kept-state.ts';
import { checkMayEnable } from './may-enable.ts';

export interface ArmingParts {
  readonly guard: Pick<Guard, 'wish' | 'hold' | 'release' | 'remove' | 'ensure' | 'forgive'>;
  readonly halt: Halt;
  readonly state: KeptState;
  /** Whether strangers are turned away where nothing was kept yet. */
  readonly atFirst: boolean;
  /** Told of what every client should hear. */
  readonly disturbed: (why: string) => void;
  readonly log: Log;
}

const anew = 'The guard is kept again, and may have lost its elements.';

/**
 * Whether strangers shall be turned away: on, off, or on trial, in which case the
 * kernel ends it by itself. What was asked for outlasts a restart. Arming is written
 * down before the kernel is told, disarming after: whatever dies in between, nobody
 * is turned away who was told that the guard is off.
 */
export class Arming {
  readonly #parts: ArmingParts;
  readonly #boot = bootId();
  #kept: Kept;
  #ended: string | undefined;
  #fault: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ArmingParts) {
    this.#parts = parts;
    this.#kept = {
      armed: parts.atFirst ? 'on' : 'off',
      until: 0,
      boot: this.#boot,
      confirmed: false,
      halted: null,
    };
  }

  /** Takes up what was kept; the guard is to be looked at afterwards. Never throws. */
  begin(): void {
    const { state, guard, halt, log } = this.#parts;
    try {
      const kept = state.read();
      if (kept) this.#takeUp(kept);
      // off is what helper.json may still change until somebody has asked for it
      else if (this.#parts.atFirst) state.write(this.#kept);
    } catch (error) {
      this.#fault = `What was last wanted of the guard cannot be kept: ${reasonOf(error)}. After a restart it is ${this.#parts.atFirst ? 'on' : 'off'}.`;
      log('state-failed', { level: 'error', message: this.#fault });
    }
    halt.set(this.#kept.halted ?? undefined);
    guard.wish(this.#hold());
    this.#setTimer();
  }

  get isOn(): boolean {
    return this.#kept.armed !== 'off' && this.#kept.halted === null;
  }

  /** Whether the ruleset without us is the one that is in force. */
  get isApart(): boolean {
    return this.#kept.halted === 'restored';
  }

  status(): WireGuardStatus {
    const { armed, confirmed, halted } = this.#kept;
    return {
      armed,
      secondsLeft: armed === 'trial' ? Math.round(this.#left()) : null,
      confirmed,
      halted,
      findings: [
        ...(halted === null ? [] : [haltWords[halted]]),
        ...(this.#ended === undefined ? [] : [this.#ended]),
        ...(this.#fault === undefined ? [] : [this.#fault]),
      ],
    };
  }

  /** @throws Declined or Refused when that cannot be now; to be asked before any other check. */
  checkMayEnable(test: number | null, unproven: boolean): void {
    if (this.#kept.halted === 'contested') this.#parts.halt.check();
    checkMayEnable(this.#kept, test, unproven);
  }

  async enable(test: number | null): Promise<void> {
    const armed = test === null ? 'on' : 'trial';
    const until = test === null ? 0 : uptime() + test;
    await this.#arm({ ...this.#kept, armed, until, boot: this.#boot, halted: null });
  }

  async confirm(): Promise<void> {
    this.#parts.halt.check();
    const { armed } = this.#kept;
    if (armed === 'on') return;
    if (armed === 'off') {
      throw new Declined(
        'declined',
        `${this.#ended ?? 'There is no trial to confirm.'} Begin one with "dialgate guard enable --test 3m".`,
      );
    }
    await this.#arm({ ...this.#kept, armed: 'on', until: 0, confirmed: true });
  }

  async disable(): Promise<void> {
    await this.#parts.guard.release();
    this.#ended = undefined;
    // even where it cannot be written down: it is so
    this.#kept = { ...this.#kept, armed: 'off', until: 0 };
    this.#setTimer();
    this.#keep(this.#kept, 'The guard is off now, but what');
  }

  /** Takes the guard away altogether, until it is enabled again. */
  async withdraw(): Promise<void> {
    const { guard, halt } = this.#parts;
    await this.disable();
    this.#keep({ ...this.#kept, halted: 'restored' });
    halt.set('restored');
    await guard.remove();
  }

  async resume(): Promise<void> {
    const { guard, halt, log } = this.#parts;
    if (this.#kept.halted !== 'contested') {
      throw new Declined('declined', 'The guard is not contested: there is nothing to resume.');
    }
    this.#keep({ ...this.#kept, halted: null });
    guard.forgive();
    halt.set(undefined);
    log('guard-resumed');
    await guard.ensure();
    this.#parts.disturbed(anew);
  }

  /** Leaves the guard alone from now on. Never throws. */
  contested(): void {
    const { halt, log, disturbed } = this.#parts;
    const reason: HaltReason = 'contested';
    halt.set(reason);
    this.#kept = { ...this.#kept, halted: reason, boot: this.#boot };
    try {
      this.#parts.state.write(this.#kept);
    } catch (error) {
      log('state-failed', { level: 'error', message: reasonOf(error) });
    }
    log('guard-contested', { level: 'error', message: haltWords[reason] });
    disturbed(haltWords[reason]);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #arm(wanted: Kept): Promise<void> {
    const { guard, halt } = this.#parts;
    const before = this.#kept;
    this.#keep(wanted);
    halt.set(undefined);
    try {
      await guard.hold(this.#hold());
      this.#ended = undefined;
      if (before.halted) this.#parts.disturbed(anew);
    } catch (error) {
      halt.set(before.halted ?? undefined);
      this.#keep(before);
      throw error;
    }
  }

  /** @throws Declined `state`, and then nothing is changed. */
  #keep(kept: Kept, what = 'What'): void {
    try {
      this.#parts.state.write(kept);
    } catch (error) {
      throw new Declined(
        'state',
        `${what} is wanted of the guard cannot be written down (${reasonOf(error)}), and would be lost at a restart: mend the folder "state" of helper.json.`,
      );
    }
    this.#fault = undefined;
    this.#kept = kept;
    this.#setTimer();
  }

  #takeUp(kept: Kept): void {
    const sameBoot = kept.boot === this.#boot && this.#boot !== '';
    const running = kept.armed === 'trial' && sameBoot && kept.until > uptime();
    const ended = kept.armed === 'trial' && !running;
    const halted = kept.halted === 'contested' && !sameBoot ? null : kept.halted;
    this.#kept = { ...kept, armed: ended ? 'off' : kept.armed, halted };
    if (ended) this.#sayEnded();
    if (ended || halted !== kept.halted) this.#parts.state.write(this.#kept);
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    if (this.#kept.armed !== 'trial') return;
    this.#timer = setTimeout(() => void this.#end(), this.#left() * 1000);
  }

  /** The kernel has disarmed by itself. Never rejects. */
  async #end(): Promise<void> {
    const { state, guard, log } = this.#parts;
    // before anything is awaited: a confirmation comes too late from now on
    this.#kept = { ...this.#kept, armed: 'off', until: 0 };
    this.#sayEnded();
    try {
      state.write(this.#kept);
      await guard.release();
    } catch (error) {
      log('guard-failed', { message: reasonOf(error) });
    }
  }

  #sayEnded(): void {
    this.#ended = 'The last trial ran out without being confirmed, so the guard is off.';
    this.#parts.log('trial-ended', { level: 'error', message: this.#ended });
  }

  #left(): number {
    return Math.max(0, this.#kept.until - uptime());
  }

  #hold(): Hold {
    const { armed } = this.#kept;
    if (armed === 'trial') return this.#left();
    return armed === 'on' ? null : 0;
  }
}
