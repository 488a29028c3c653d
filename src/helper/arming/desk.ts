import type {
  WireConnection,
  WireGuardAnswer,
  WireGuardPlan,
  WireGuardRequest,
  WireGuardStatus,
  WireRestoreReport,
} from '../../firewall/wire-guard.ts';
import { Refused } from '../../firewall/wire-rules.ts';
import type { HelperConfig } from '../config/config.ts';
import { rulesetOf } from '../guard/ruleset.ts';
import { armLine } from '../guard/armed-set.ts';
import { reasonOf, type Log } from '../log.ts';
import { Turns } from '../turns.ts';
import type { Arming } from './arming.ts';
import { connections } from './connections.ts';
import { cutsOf, type Cut, type LetIn } from './cuts.ts';
import { Declined } from './declined.ts';
import { cutWords, planWords } from './plan.ts';
import { bringBack, difference, differing, readRuleset } from './ruleset.ts';
import type { RulesetBefore } from './ruleset-before.ts';

export interface DeskParts {
  readonly nft: string;
  readonly config: HelperConfig;
  readonly arming: Arming;
  readonly before: RulesetBefore;
  /** Who is let in by grants. */
  readonly opened: () => Promise<readonly LetIn[]>;
  /** Who is let in by standing entries. */
  readonly standing: () => readonly LetIn[];
  readonly log: Log;
}

/** Where root asks: the closed table of what may be asked, one thing at a time. */
export class Desk {
  readonly #parts: DeskParts;
  readonly #turns = new Turns();

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** Never rejects. */
  answer(request: WireGuardRequest): Promise<WireGuardAnswer> {
    const { id, verb } = request;
    return this.#turns.take(async () => {
      try {
        const result = await this.#carryOut(request);
        if (verb !== 'status' && verb !== 'plan') this.#parts.log(`guard-${verb}`);
        return { id, ok: true, ...result };
      } catch (error) {
        const known = error instanceof Refused || error instanceof Declined;
        const { code, message } = known ? error : new Refused('kernel', reasonOf(error));
        this.#parts.log('guard-refused', { verb, code, message });
        return { id, ok: false, error: { code, message } };
      }
    });
  }

  async #carryOut(
    request: WireGuardRequest,
  ): Promise<{ status?: WireGuardStatus; plan?: WireGuardPlan; restore?: WireRestoreReport }> {
    const { arming } = this.#parts;
    switch (request.verb) {
      case 'status':
        break;
      case 'plan':
        return { plan: await this.#plan(request.connection) };
      case 'enable':
        return { status: await this.#enable(request) };
      case 'restore':
        return { restore: await this.#restore(request.apply) };
      case 'confirm':
      case 'disable':
      case 'resume':
        await arming[request.verb]();
        break;
    }
    return { status: arming.status() };
  }

  async #enable(request: WireGuardRequest & { verb: 'enable' }): Promise<WireGuardStatus> {
    const { arming } = this.#parts;
    arming.checkMayEnable(request.test, request.unproven);
    if (!request.force) refuseCuts(await this.#cuts(request.connection), request.connection);
    const faults = await this.saveBefore();
    await arming.enable(request.test);
    const status = arming.status();
    return { ...status, findings: [...status.findings, ...faults] };
  }

  /** Saves the ruleset that the guard is about to be added to, the first time. @throws Declined `state` */
  async saveBefore(): Promise<readonly string[]> {
    const { nft, config, before, arming } = this.#parts;
    try {
      if (before.read() && !arming.isApart) return [];
      const { ruleset, faults } = await readRuleset(nft, config.table);
      before.save(ruleset, new Date());
      return faults.map((fault) => `Not saved for "dialgate guard restore": ${fault}.`);
    } catch (error) {
      throw new Declined(
        'state',
        `The ruleset in force cannot be saved in ${config.state} (${reasonOf(error)}): mend that first.`,
      );
    }
  }

  async #plan(connection: WireConnection | null): Promise<WireGuardPlan> {
    const { config, arming, opened, standing } = this.#parts;
    const status = arming.status();
    const open = status.halted === null ? (await opened()).length : 0;
    const hold = status.armed === 'trial' ? status.secondsLeft : null;
    return {
      summary: planWords({
        config,
        stands: standsWords(status),
        isOn: arming.isOn,
        openAddresses: open,
        standingEntries: standing().length,
        cuts: await this.#cuts(connection),
        findings: status.findings,
      }),
      ruleset: `${rulesetOf(config)}${armLine(config.table, hold).join('\n')}\n`,
    };
  }

  /** Established connections to services that are not let in; the asker's own comes first, even where it cannot be seen. */
  async #cuts(connection: WireConnection | null): Promise<Cut[]> {
    const { config, arming, opened, standing } = this.#parts;
    const own = connection === null ? [] : [withoutZone(connection)];
    // what was let in before the guard was taken away is let in no more
    const open = arming.status().halted === null ? await opened() : [];
    return cutsOf([...own, ...(await connections())], config, [...open, ...standing()]);
  }

  async #restore(apply: boolean): Promise<WireRestoreReport> {
    const { nft, config, before, arming } = this.#parts;
    const saved = before.read();
    if (!saved) {
      throw new Declined('declined', 'No ruleset was saved: the guard was never armed here.');
    }
    const { ruleset: now } = await readRuleset(nft, config.table);
    const names = differing(saved.ruleset, now);
    const report = { savedAt: saved.savedAt, difference: difference(names, saved.ruleset, now) };
    if (!apply) return { applied: false, ...report };
    await arming.withdraw();
    if (names.length > 0) await bringBack(nft, names, saved.ruleset, now);
    return { applied: true, ...report };
  }
}

function refuseCuts(cuts: readonly Cut[], own: WireConnection | null): void {
  if (cuts.length === 0) return;
  const address = own && withoutZone(own).address;
  const yours = cuts.some((cut) => cut.address === address && cut.port === own?.port);
  throw new Declined(
    'would-cut',
    `The guard would cut ${yours ? 'your own connection' : 'connections that are established now'}: ` +
      `${cutWords(cuts).join('; ')}. Trust the network ("trusted" in helper.json, then restart dialgate-helper), ` +
      'let the address in (dialgate grant open, dialgate host add), or arm all the same with --force.',
  );
}

/** `fe80::1%eth0` names a link, which a rule does not. */
const withoutZone = ({ address, port }: WireConnection): WireConnection => ({
  address: address.replace(/%.*$/, ''),
  port,
});

function standsWords({ armed, secondsLeft, halted }: WireGuardStatus): string {
  if (halted === 'contested') return 'The guard is left alone, because somebody keeps altering it.';
  if (armed === 'trial') return `The guard is on trial for another ${secondsLeft} s.`;
  return armed === 'on'
    ? 'The guard is on: strangers are turned away.'
    : 'The guard is off: nobody is turned away.';
}
