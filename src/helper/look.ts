import type { Change } from './backend.ts';
import type { Contest } from './contest.ts';
import type { Gate } from './gate.ts';
import type { Halt } from './halt.ts';
import type { Signals } from './signals.ts';
import type { Standing } from './standing/standing.ts';
import type { Upkeep } from './upkeep.ts';

export interface LookParts {
  readonly halt: Halt;
  readonly contest: Contest;
  readonly upkeep: Pick<Upkeep, 'repair' | 'losses'>;
  readonly gate: Pick<Gate, 'recount'>;
  readonly standing: Pick<Standing, 'doubt' | 'look'>;
  readonly signals: Pick<Signals, 'contested' | 'disturbed'>;
  /** Whether what we keep goes with a reload of the firewall's rules, which is nobody's fight. */
  readonly reloads: boolean;
}

/**
 * Looks after everything when others have changed something. A ruleset that was
 * flushed is nobody's fight; who takes out again and again what dialgate has put in,
 * means it.
 */
export class Look {
  readonly #parts: LookParts;
  /** Whether others have taken out what stands. */
  #taken = false;
  /** What others did meanwhile was looked at by nobody, and is not counted afterwards. */
  #leftAlone = false;
  /** Of those that the last look knew of. */
  #losses = 0;

  constructor(parts: LookParts) {
    this.#parts = parts;
  }

  /** What the next look is to know of. */
  note({ standing: entries }: Change): void {
    if (entries === 'taken') this.#taken = true;
    if (entries === 'unknown') this.#parts.standing.doubt();
  }

  /** Rejects where the kernel does not answer: then the next one finds what this one should have. */
  async around(changedBy: string | undefined): Promise<void> {
    const { halt, contest, signals, standing, reloads } = this.#parts;
    if (halt.reason) {
      this.#leftAlone = true;
      return;
    }
    const stoodLess = this.#taken;
    this.#taken = false;
    const { rebuilt, found } = await this.#count().catch((error: unknown) => {
      this.#taken ||= stoodLess;
      throw error;
    });
    const meant = rebuilt ? !reloads : found === 'changed' || stoodLess;
    if (meant && !this.#leftAlone && !halt.reason && contest.another()) signals.contested.tell();
    this.#leftAlone = halt.reason !== undefined;
    if (stoodLess) standing.doubt();
    if (halt.reason) return;
    await standing.look();
    if (!rebuilt && found !== 'as left') {
      signals.disturbed.tell(`Elements were changed by ${changedBy ?? 'others'}.`);
    }
  }

  /** Whoever else found that it was gone may have built it since the last look, or during this one. */
  async #count(): Promise<{ rebuilt: boolean; found: Awaited<ReturnType<Gate['recount']>> }> {
    const { upkeep, gate } = this.#parts;
    await upkeep.repair();
    const before = upkeep.losses;
    const found = await gate.recount();
    // elements that went by a reload after the look above, or while it is being mended, are no one's fight
    if (found === 'changed') await upkeep.repair().catch(() => undefined);
    const rebuilt = upkeep.losses !== this.#losses;
    // what was lost since it was counted is found by the next
    this.#losses = found === 'as left' ? before : upkeep.losses;
    return { rebuilt, found };
  }
}
