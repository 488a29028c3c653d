import type { WireGuardAnswer, WireGuardRequest } from '../firewall/wire-guard.ts';
import type { Contest } from './contest.ts';
import { haltWords, type Halt } from './halt.ts';
import type { Log } from './log.ts';
import type { Signals } from './signals.ts';

const noGuard =
  'There is no guard here: helper.json says that your own rules decide ("backend"), so they alone turn strangers away.';

const resumed =
  'The helper keeps who is let in again; nothing was lost but what others have taken out.';

export interface OwnRulesParts {
  readonly halt: Halt;
  readonly contest: Contest;
  readonly signals: Signals;
  /** Has what stands put back, whatever is there. */
  readonly doubt: () => void;
  readonly log: Log;
}

/**
 * Where root asks when the rules are the administrator's own: there is no guard to
 * arm, but what is ours in those rules may be fought over, too. That ends with
 * `resume`, or with the helper.
 */
export class OwnRules {
  readonly #parts: OwnRulesParts;

  constructor(parts: OwnRulesParts) {
    this.#parts = parts;
    parts.signals.contested.hear(() => this.#contested());
  }

  /** Never rejects. */
  answer({ id, verb }: WireGuardRequest): Promise<WireGuardAnswer> {
    const { halt } = this.#parts;
    if (verb === 'resume' && halt.reason !== undefined) {
      this.#resume();
      return Promise.resolve({
        id,
        ok: true,
        status: {
          armed: 'off',
          secondsLeft: null,
          confirmed: false,
          halted: null,
          findings: [noGuard, resumed],
        },
      });
    }
    const message = halt.reason === undefined ? noGuard : `${noGuard} ${haltWords[halt.reason]}`;
    return Promise.resolve({ id, ok: false, error: { code: 'declined', message } });
  }

  #contested(): void {
    const { halt, log, signals } = this.#parts;
    const reason = 'contested';
    halt.set(reason);
    log('sets-contested', { level: 'error', message: haltWords[reason] });
    signals.disturbed.tell(haltWords[reason]);
  }

  #resume(): void {
    const { halt, contest, log, signals, doubt } = this.#parts;
    contest.forget();
    halt.set(undefined);
    log('sets-resumed');
    doubt();
    signals.disturbed.tell(resumed);
  }
}
