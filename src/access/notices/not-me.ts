import type { Actor } from '../../domain/attempt.ts';
import type { Address } from '../../domain/address.ts';
import type { Grant } from '../../domain/grant.ts';
import type { Stores } from '../../domain/ports.ts';
import { after, type Clock, type Instant, type Seconds, type Timer } from '../../domain/time.ts';
import type { Gate } from '../gate.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import type { LetterRules } from './letters.ts';
import type { NotMeLinks } from './not-me-link.ts';

/** What a link that is good leads to. */
export interface NotMeSeen {
  readonly address: Address;
  readonly openedAt: Instant;
  readonly language: string;
  /** The button was pressed before. */
  readonly used: boolean;
}

/** What the button has done. The user is disabled in all of these but `failed`. */
export type NotMeDone = NotMeSeen &
  (
    | { readonly outcome: 'closed' | 'before' }
    /** The firewall has not confirmed: this may still be open, until then at the latest. */
    | { readonly outcome: 'unconfirmed'; readonly open: readonly StillOpen[] }
    /** The record cannot be written, so nobody is disabled; what could be closed is. */
    | { readonly outcome: 'failed' }
  );

export interface StillOpen {
  readonly address: Address;
  readonly until: Instant;
}

/** "This was not me": what a user can do without any secret but the link that was sent to them. */
export interface NotMe {
  /** In which words are put, where no user is known. */
  readonly site: LetterRules;
  /** What a link stands for; undefined for one that is no good, whatever the reason. Changes nothing. */
  look(signed: string): Promise<NotMeSeen | undefined>;
  /** Disables the user until an administrator looks, and closes all that they have open. */
  confirm(signed: string): Promise<NotMeDone | undefined>;
}

export interface NotMeParts {
  readonly stores: Pick<Stores, 'users' | 'grants' | 'audit'>;
  readonly gate: Pick<Gate, 'closeAllOf' | 'openOf'>;
  readonly links: NotMeLinks;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly site: LetterRules;
}

/** Whoever presses the button waits no longer for the firewall; it is tried until it is done. */
const patience: Seconds = 8;
/** A clock that is set back while an address is being opened makes no link worthless. */
const forgivenClockStep: Seconds = 60;

export function createNotMe({ stores, gate, links, clock, timer, site }: NotMeParts): NotMe {
  const { users, grants, audit } = stores;
  // pressed twice at once, it is done once
  const inTurn = oneAtATime();

  async function grantOf(signed: string): Promise<Grant | undefined> {
    const claim = links.read(signed, clock.now());
    const grant = claim && (await grants.byId(claim.grantId));
    // after a backup was restored another one, of somebody else, may have its number
    return grant && grant.openedAt <= after(claim.at, forgivenClockStep) ? grant : undefined;
  }

  const actorOf = ({ id }: Grant): Actor => `link:${id}`;

  async function seen(grant: Grant): Promise<NotMeSeen> {
    const { rows } = await audit.page({ actor: actorOf(grant), kind: 'user-disabled', limit: 1 });
    const user = await users.byId(grant.userId);
    const { address, openedAt } = grant;
    const language = user?.language ?? site.language;
    return { address, openedAt, language, used: rows.length > 0 };
  }

  /** Also where they are disabled already: that somebody else was at it is said all the same. */
  async function disable(grant: Grant): Promise<void> {
    const { userId, userName: name } = grant;
    if (!(await users.byId(userId))) return;
    await users.change(
      userId,
      { disabled: true },
      {
        at: clock.now(),
        actor: actorOf(grant),
        kind: 'user-disabled',
        userId,
        grantId: grant.id,
        address: grant.address,
        detail: { name, reason: 'not-me' },
      },
    );
  }

  /** What may be open still, where it could not be confirmed in time that nothing is. */
  async function close(grant: Grant): Promise<readonly StillOpen[]> {
    const open = await gate.openOf(grant.userId);
    const closed = gate.closeAllOf(grant.userId, actorOf(grant)).then(
      () => true,
      () => false,
    );
    if (await inTime(closed, timer)) return [];
    return open.map(({ address, expiresAt }) => ({ address, until: expiresAt }));
  }

  async function pressed(grant: Grant): Promise<NotMeDone> {
    const before = await seen(grant);
    if (before.used) {
      // an administrator has let them in again since: there is nothing of this link left to do
      const user = await users.byId(grant.userId);
      const open = user?.disabled === false ? [] : await close(grant);
      return open.length > 0
        ? { ...before, outcome: 'unconfirmed', open }
        : { ...before, outcome: 'before' };
    }
    // first, so that nothing is opened behind our back: an opening under way is among what is closed
    const disabled = await disable(grant).then(
      () => true,
      () => false,
    );
    const open = await close(grant);
    if (!disabled) return { ...before, outcome: 'failed' };
    return open.length > 0
      ? { ...before, outcome: 'unconfirmed', open }
      : { ...before, outcome: 'closed' };
  }

  return {
    site,
    async look(signed) {
      const grant = await grantOf(signed);
      return grant && seen(grant);
    },
    async confirm(signed) {
      const grant = await grantOf(signed);
      return grant && inTurn(() => pressed(grant));
    },
  };
}

async function inTime(work: Promise<boolean>, timer: Timer): Promise<boolean> {
  let late: { cancel(): void } | undefined;
  const timeUp = new Promise<boolean>((resolve) => {
    late = timer(patience, () => resolve(false));
  });
  return Promise.race([work, timeUp]).finally(() => late?.cancel());
}
