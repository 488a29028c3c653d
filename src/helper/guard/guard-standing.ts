import type { HelperConfig } from '../config/config.ts';
import type { Halt } from '../halt.ts';
import type { Log } from '../log.ts';
import { runNft } from '../nft/nft-run.ts';
import type {
  StandingEdit,
  StandingNetwork,
  StandingPlace,
  StoodNetwork,
} from '../standing/place.ts';
import { hostLines, networkLines, quickHostLines } from './standing-lines.ts';

export interface GuardStandingParts {
  readonly nft: string;
  readonly config: HelperConfig;
  readonly halt: Halt;
  readonly log: Log;
}

/** What others report of our changes may reach us a good while later. */
const mostRemembered = 200;

/**
 * Standing entries in the guard's table. A nft of its own for each transaction, which
 * gives its memory back; the long-lived one is left to those who wait on the telephone.
 */
export class GuardStanding implements StandingPlace {
  readonly #nft: string;
  readonly #config: HelperConfig;
  readonly #halt: Halt;
  readonly #log: Log;
  #workers: number[] = [];

  constructor({ nft, config, halt, log }: GuardStandingParts) {
    this.#nft = nft;
    this.#config = config;
    this.#halt = halt;
    this.#log = log;
  }

  elementsOf(service: string): number {
    return this.#config.services.find(({ name }) => name === service)?.ports.length ?? 1;
  }

  async hosts(edit: StandingEdit, anew: boolean): Promise<void> {
    const { table, services } = this.#config;
    const lines = (withStood: boolean): string[] =>
      hostLines(table, services, edit, anew, withStood);
    if (!anew && (await this.#try(quickHostLines(table, edit))) === undefined) return;
    const fault = await this.#try(lines(true));
    if (fault === undefined) return;
    if (edit.stood.length === 0 || !/Too many open files/.test(fault)) throw refusal(fault);
    const again = await this.#try(lines(false));
    if (again !== undefined) throw refusal(again);
    this.#log('stood-full', {
      message: `${edit.stood.length} hosts were taken out and could not be remembered: what the host itself sends them may still be answered.`,
    });
  }

  async networks(all: readonly StandingNetwork[], stood: readonly StoodNetwork[]): Promise<void> {
    const { table, services } = this.#config;
    const fault = await this.#try(networkLines(table, services, all, stood));
    if (fault !== undefined) throw refusal(fault);
  }

  /** Whether a change by this process was ours. */
  madeBy(pid: number): boolean {
    return this.#workers.includes(pid);
  }

  /** What nft says against it, if anything. */
  async #try(lines: readonly string[]): Promise<string | undefined> {
    this.#halt.check();
    const script = `${lines.join('\n')}\n`;
    const { status, errors } = await runNft(this.#nft, ['-f', '-'], script, (pid) => {
      this.#workers = [...this.#workers.slice(1 - mostRemembered), pid];
    });
    return status === 0 ? undefined : errors;
  }
}

/** The first line says what and why; what follows repeats the whole transaction. */
function refusal(errors: string): Error {
  const [first = 'nothing', second = ''] = errors.trim().split('\n');
  return new Error(`nft refuses standing entries: ${first.slice(0, 200)} ${second.slice(0, 80)}`);
}
