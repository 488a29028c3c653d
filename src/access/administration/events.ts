import { AccessError } from '../../domain/access-error.ts';
import { alarmKinds, type Actor, type AuditKind } from '../../domain/attempt.ts';
import type { Role } from '../../domain/token.ts';
import { followRecord, type Following, type Gap } from '../following.ts';
import type { AdministrationParts } from './parts.ts';

export interface EventAdministration {
  /**
   * What is put on record, as it happens; as much of it as a role may see.
   * @param wanted.after the last row that is known; without it from now on.
   * @throws AccessError `too-many-requests` when too many follow already.
   */
  follow(wanted: {
    readonly by: Actor;
    readonly role: Role;
    readonly after?: number | undefined;
  }): Promise<Following>;
  /** Ends all who follow, for good: the server stops. */
  endFollowing(): void;
}

/** What an operator sees: calls, the gate, locks, and what is wrong. Not who administers, and how. */
const operatorKinds: ReadonlySet<AuditKind> = new Set([
  'call-began',
  'call-ended',
  'calls-refused',
  'brake-began',
  'brake-ended',
  'attempt-accepted',
  'attempt-refused',
  'lockout-began',
  'lockout-ended',
  'code-used',
  'call-back-began',
  'pairing-began',
  'pairing-ended',
  'address-refused',
  'gate-opened',
  'gate-renewed',
  'gate-used',
  'gate-closed',
  'gate-expired',
  'gate-healed',
  'name-recovered',
  ...alarmKinds,
] satisfies AuditKind[]);

export const maySee = (role: Role, kind: AuditKind): boolean =>
  role !== 'operator' || operatorKinds.has(kind);

/** Each holds a connection; a page that is open in some tabs has as many. */
const mostFollowing = 64;
const mostOfOne = 8;
/** Whoever has missed more looks anew, rather than be told of it all. */
const mostBehind = 10_000;

export function eventAdministration({
  stores: { audit },
  timer,
}: Pick<AdministrationParts, 'stores' | 'timer'>): EventAdministration {
  const following = new Map<Following, Actor>();
  let stopped = false;

  function refuseMany(by: Actor): void {
    const own = [...following.values()].filter((other) => other === by).length;
    if (following.size < mostFollowing && own < mostOfOne) return;
    const who = own < mostOfOne ? `${following.size} listeners` : `${own} listeners of ${by}`;
    throw new AccessError(
      'too-many-requests',
      `There are ${who} already, and that is the most; end one of them.`,
    );
  }

  return {
    async follow({ by, role, after }) {
      const { last } = await audit.ends();
      refuseMany(by);
      const one = followRecord({ audit, timer }, beginning(after, last ?? 0), ({ kind }) =>
        maySee(role, kind),
      );
      following.set(one, by);
      const ending: Following = {
        next: one.next,
        end() {
          following.delete(one);
          one.end();
        },
      };
      if (stopped) ending.end();
      return ending;
    },

    endFollowing() {
      stopped = true;
      for (const one of following.keys()) one.end();
      following.clear();
    },
  };
}

/** A number that is not reached yet is of another record: a backup was restored since. */
function beginning(after: number | undefined, last: number): { known: number; gap?: Gap } {
  if (after === undefined) return { known: last };
  const oldest = Math.max(0, last - mostBehind);
  if (after <= last && after >= oldest) return { known: after };
  const known = after > last ? last : oldest;
  return { known, gap: { kind: 'gap', after, from: known + 1 } };
}
