import { refusalOf, type AddressRules } from '../../domain/address-rules.ts';
import { familyOf, type Address, type Family } from '../../domain/address.ts';
import type { AuditEntry } from '../../domain/attempt.ts';
import type { Entry, Resolution, Unanswered } from '../../domain/entry.ts';
import type { NameAnswer } from '../../domain/ports.ts';
import { secondsBetween, type Instant, type Seconds } from '../../domain/time.ts';

/** Whoever holds a name can put any number of addresses behind it. */
export const mostAddresses = 64;
/** Looked at; a forged answer may have thousands. */
const mostConsidered = 4 * mostAddresses;
/** Named in a complaint; the others are counted. */
const mostNamed = 5;

/** A name is looked up again within this. Longer than that, nobody has looked: the host was off, say. */
export const longestWait: Seconds = 600;

interface Circumstances {
  readonly now: Instant;
  /** How long the last addresses of a name are kept while it fails. */
  readonly grace: Seconds;
  readonly rules: AddressRules;
}

/**
 * What a name means after an answer, or after none. A family that was not answered,
 * or only with addresses that may not be let in, keeps its last ones for the grace time.
 */
export function meaningAfter(
  last: Resolution,
  answer: NameAnswer,
  { now, grace, rules }: Circumstances,
): Resolution {
  const sorted = [...new Set(answer.addresses)].sort();
  const judged = sorted
    .slice(0, mostConsidered)
    .map((address) => ({ address, refusal: refusalOf(address, rules) }));
  const good = judged.filter(({ refusal }) => !refusal).map(({ address }) => address);
  const refused = judged.flatMap(({ address, refusal }) =>
    refusal ? [`${address} (${refusal})`] : [],
  );
  const missing = missingFamilies(answer, good);
  const before = last.addresses.filter((address) => missing.includes(familyOf(address)));
  // that a name has no IPv6, say, and its server fails when asked for it, harms nobody
  const unanswered = missing.flatMap((family) => stillUnanswered(family, last, now) ?? []);
  const failing = unanswered.length > 0 || (missing.length > 0 && good.length === 0);
  const failingSince = failing ? Math.min(last.failingSince ?? now, now) : null;
  const kept = before.filter((address) =>
    unanswered.some(({ family, seconds }) => family === familyOf(address) && seconds < grace),
  );
  const all = [...new Set([...good, ...kept])].sort();
  const addresses = all.slice(0, mostAddresses);
  const surplus = all.length - addresses.length + sorted.length - judged.length;
  const changed = !sameList(addresses, last.addresses);
  return {
    addresses,
    resolvedAt: good.length > 0 ? now : last.resolvedAt,
    changedAt: changed ? now : last.changedAt,
    failingSince,
    failure:
      [
        ...(failing ? reasonsOf(answer) : []),
        ...(refused.length > 0 ? [`left out ${few(refused)}`] : []),
        ...(surplus > 0 ? [`left out ${surplus} addresses over ${mostAddresses}`] : []),
      ].join('; ') || null,
    unanswered,
  };
}

/** Where the family has something to lose, or has lost it since it began to fail. */
function stillUnanswered(family: Family, last: Resolution, now: Instant): Unanswered | undefined {
  const earlier = last.unanswered.find((one) => one.family === family);
  if (!earlier) {
    const had = last.addresses.some((address) => familyOf(address) === family);
    return had ? { family, seconds: 0, at: now } : undefined;
  }
  // nor is the clock, which may be set at any time, to give or take more than that
  const passed = Math.min(Math.max(secondsBetween(earlier.at, now), 0), longestWait);
  return { family, seconds: earlier.seconds + passed, at: now };
}

/** The line for the record, if this is worth one. */
export function auditOf(
  { label, target }: Entry,
  last: Resolution,
  next: Resolution,
  at: Instant,
): AuditEntry | undefined {
  const changed = !sameList(last.addresses, next.addresses);
  const complaint = next.failure !== last.failure && next.failure !== null;
  const kind =
    next.failingSince !== null && (last.failingSince === null || anotherFails(last, next))
      ? 'name-failing'
      : next.failingSince === null && last.failingSince !== null
        ? 'name-recovered'
        : changed || (complaint && next.failingSince === null)
          ? 'name-changed'
          : undefined;
  if (kind === undefined) return undefined;
  return {
    at,
    actor: 'system',
    kind,
    detail: {
      label,
      ...(target.kind === 'name' && { name: target.name }),
      addresses: next.addresses.join(' ') || 'none',
      ...(changed && { before: last.addresses.join(' ') || 'none' }),
      ...(next.failure !== null && { reason: next.failure }),
    },
  };
}

/** A name that fails in one family alone still lets its other addresses in: that those go, too, is news. */
const anotherFails = (last: Resolution, next: Resolution): boolean =>
  last.unanswered.length > 0 && next.unanswered.length > last.unanswered.length;

function missingFamilies({ addresses, failures }: NameAnswer, good: readonly Address[]): Family[] {
  const has = (all: readonly Address[], family: Family): boolean =>
    all.some((address) => familyOf(address) === family);
  return ([4, 6] as const).filter(
    (family) =>
      failures.some((failure) => failure.family === family) ||
      (has(addresses, family) && !has(good, family)),
  );
}

/** One sentence where both families fail alike. */
function reasonsOf({ failures }: NameAnswer): string[] {
  const reasons = new Set(failures.map(({ reason }) => reason));
  return failures.length === 2 && reasons.size === 1
    ? [...reasons]
    : failures.map(({ family, reason }) => `IPv${family}: ${reason}`);
}

function few(all: readonly string[]): string {
  const named = all.slice(0, mostNamed).join(', ');
  return all.length > mostNamed ? `${named} and ${all.length - mostNamed} more` : named;
}

const sameList = (one: readonly string[], other: readonly string[]): boolean =>
  one.join(' ') === other.join(' ');
