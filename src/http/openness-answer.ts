import type { Openness } from '../access/administration.ts';
import { targetText, type Target } from '../domain/entry.ts';
import { iso, isoOrNull } from './answers.ts';

export interface OpennessAnswer {
  readonly address: string;
  /** Whether a grant or an entry lets it in to anything. */
  readonly open: boolean;
  /** The latest end of each; null is no end. */
  readonly services: readonly { readonly service: string; readonly until: string | null }[];
  readonly grants: readonly {
    readonly id: number;
    readonly userName: string;
    /** The address, or the /64 that it is in. */
    readonly address: string;
    readonly services: readonly string[];
    readonly expiresAt: string;
  }[];
  readonly entries: readonly {
    readonly label: string;
    readonly kind: Target['kind'];
    readonly target: string;
    readonly services: readonly string[];
    readonly expiresAt: string | null;
    /** Why the gate does not take it; null as far as is known. */
    readonly refused: string | null;
  }[];
  readonly gate: Openness['gate'];
  readonly warnings: readonly string[];
}

export const opennessAnswer = (one: Openness): OpennessAnswer => ({
  address: one.address,
  open: one.services.length > 0,
  services: one.services.map(({ service, until }) => ({ service, until: isoOrNull(until) })),
  grants: one.grants.map(({ id, userName, address, services, expiresAt }) => ({
    id,
    userName,
    address,
    services,
    expiresAt: iso(expiresAt),
  })),
  entries: one.entries.map(({ label, target, services, expiresAt, refused }) => ({
    label,
    kind: target.kind,
    target: targetText(target),
    services,
    expiresAt: isoOrNull(expiresAt),
    refused,
  })),
  gate: one.gate,
  warnings: one.warnings,
});
