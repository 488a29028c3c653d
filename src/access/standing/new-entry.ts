import { AccessError } from '../../domain/access-error.ts';
import type { AddressRules } from '../../domain/address-rules.ts';
import type { Actor, AuditEntry, AuditKind } from '../../domain/attempt.ts';
import { targetText, type Entry, type EntrySettings } from '../../domain/entry.ts';
import type { FirewallLimits, WantedEntry } from '../../domain/ports.ts';
import type { Instant } from '../../domain/time.ts';
import type { NewEntryRequest } from './wanted.ts';
import { checkAgainst, checkedTarget, checkLabel, checkSettings, checkSource } from './checks.ts';

export interface Circumstances {
  readonly by: Actor;
  readonly now: Instant;
  readonly addresses: AddressRules;
  /** Undefined while the helper is away. */
  readonly limits: FirewallLimits | undefined;
}

/**
 * What is asked for as it would be written, with its line of the record.
 * @throws AccessError where any rule is against it
 */
export function newEntry(
  request: NewEntryRequest,
  { by, now, addresses, limits }: Circumstances,
): WantedEntry {
  const { label, source = 'administrator' } = request;
  const target = checkedTarget(request.target, addresses);
  const settings: EntrySettings = {
    services: [...new Set(request.services)],
    expiresAt: request.expiresAt ?? null,
    note: request.note ?? '',
  };
  checkLabel(label);
  checkSource(source);
  checkSettings(settings, now);
  checkAgainst(limits, settings, target);
  const entry = { ...settings, label, target, source, createdAt: now };
  return {
    entry,
    audit: audited('entry-added', entry, { at: now, by }, { ...onRecord(settings), source }),
  };
}

/** How many there may be: as many as the site says, and no more than the helper lets stand. */
export function mostEntries(site: number, limits: FirewallLimits | undefined): number {
  return Math.min(site, limits?.standing?.most ?? Infinity);
}

export function full(site: number, limits: FirewallLimits | undefined): AccessError {
  const most = mostEntries(site, limits);
  const where = most === site ? 'entries.most' : 'helper.json, standing.most';
  return new AccessError(
    'conflict',
    `There are ${most} standing entries, which is the most (${where}); remove one first.`,
  );
}

/** A line of the record about an entry. */
export function audited(
  kind: AuditKind,
  { label, target }: Pick<Entry, 'label' | 'target'>,
  { at, by }: { readonly at: Instant; readonly by: Actor },
  detail: AuditEntry['detail'] = {},
): AuditEntry {
  return {
    at,
    actor: by,
    kind,
    ...(target.kind === 'host' && { address: target.address }),
    detail: { label, target: targetText(target), ...detail },
  };
}

const iso = (at: Instant | null): string => (at === null ? 'none' : new Date(at).toISOString());

/** What is set, or was changed, for the record. */
export function onRecord(settings: Partial<EntrySettings>): NonNullable<AuditEntry['detail']> {
  const { services, expiresAt, note } = settings;
  return {
    ...(services && { services: services.join(' ') || 'usual' }),
    ...(expiresAt !== undefined && { until: iso(expiresAt) }),
    ...(note !== undefined && note !== '' && { note }),
  };
}
