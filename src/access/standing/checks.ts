import { AccessError } from '../../domain/access-error.ts';
import { networkRefusalOf, refusalOf, type AddressRules } from '../../domain/address-rules.ts';
import { networkOf, type Address } from '../../domain/address.ts';
import {
  isLabel,
  isNote,
  isSource,
  longestNote,
  parseTarget,
  targetText,
  withoutHostBits,
  type EntrySettings,
  type Target,
} from '../../domain/entry.ts';
import type { FirewallLimits } from '../../domain/ports.ts';
import { after, type Instant, type Seconds } from '../../domain/time.ts';

const invalid = (message: string): AccessError => new AccessError('invalid', message);

export function checkLabel(label: string): void {
  if (isLabel(label)) return;
  throw invalid(
    'A label has 1 to 64 letters, digits, dots, hyphens or underscores, and begins with a letter or digit.',
  );
}

export function checkSource(source: string): void {
  if (isSource(source)) return;
  throw invalid('A source is administrator, catalogue, or import: and a word.');
}

/** @throws AccessError `invalid`, or `address-refused` for what may never be let in. */
export function checkedTarget(text: string, rules: AddressRules): Target {
  const target = parseTarget(text);
  if (!target) {
    const instead = withoutHostBits(text);
    if (instead !== undefined) throw invalid(`Write ${instead}.`);
    throw invalid(
      `${JSON.stringify(text.slice(0, 80))} is no host such as 203.0.113.7 or 2001:db8::7, no network such as 198.51.100.0/24, and no name such as sip.example.net.`,
    );
  }
  const refusal =
    target.kind === 'host'
      ? refusalOf(target.address, rules)
      : target.kind === 'network'
        ? networkRefusalOf(networkOf(target.network as Address), rules)
        : undefined;
  if (refusal === undefined) return target;
  throw new AccessError('address-refused', refusalWords(target, refusal));
}

function refusalWords(target: Target, refusal: string): string {
  const text = targetText(target);
  if (refusal === 'everything') return `${text} cannot be let in: it is everybody.`;
  const mend = 'Where that is meant, name it in access.also_allow.';
  const what = refusal === 'own' ? 'this server’s own' : refusal;
  return target.kind === 'network'
    ? `${text} cannot be let in: it is, or holds, addresses that are ${what}. ${mend}`
    : `${text} cannot be let in: it is ${what}.${refusal === 'own' ? '' : ` ${mend}`}`;
}

/** @param limits undefined while the helper is away: it looks for itself when it is back. */
export function checkAgainst(
  limits: FirewallLimits | undefined,
  { services }: Pick<EntrySettings, 'services'>,
  target: Target,
): void {
  if (!limits) return;
  const unknown = services.filter((service) => !limits.services.includes(service));
  if (unknown.length > 0) {
    throw invalid(
      `No such service: ${unknown.join(', ')}. The helper knows ${limits.services.join(', ')}.`,
    );
  }
  const { standing } = limits;
  if (!standing || standing.most === 0) {
    throw new AccessError(
      'firewall-refused',
      'The helper keeps no standing entries: allow them in helper.json, with "standing": {"most": 1000}, and restart it.',
    );
  }
  if (target.kind !== 'network') return;
  const { family, size } = networkOf(target.network as Address);
  const [widest, bits] = family === 4 ? [standing.widest4, 32] : [standing.widest6, 128];
  if (size <= 1n << BigInt(bits - widest)) return;
  throw new AccessError(
    'address-refused',
    `${target.network} is wider than the helper allows: /${widest} at most (helper.json, standing.widest${family}).`,
  );
}

/** The helper allows some days more: what lasts longer is for good, and should say so. */
const longest: Seconds = 3650 * 86_400;

export function checkSettings({ expiresAt, note }: Partial<EntrySettings>, now: Instant): void {
  if (note !== undefined && !isNote(note)) {
    throw invalid(`A note has at most ${longestNote} characters, and no line breaks.`);
  }
  if (expiresAt === undefined || expiresAt === null) return;
  if (expiresAt > now && expiresAt <= after(now, longest)) return;
  throw invalid('An entry must end in the future, within ten years, or not at all.');
}
