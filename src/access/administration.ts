import { randomInt } from 'node:crypto';
import { AccessError } from '../domain/access-error.ts';
import { parseAddress } from '../domain/address.ts';
import type { Actor, AuditEntry, AuditRow, CallRecord } from '../domain/attempt.ts';
import { isActive, type Grant } from '../domain/grant.ts';
import { newKnockCode, parseKnockCode, type KnockCode } from '../domain/knock-code.ts';
import { noFailures } from '../domain/lockout.ts';
import { newPin, parsePin, type Pin } from '../domain/pin.ts';
import type { AuditFilter, Firewall, Page, Stores } from '../domain/ports.ts';
import type { Clock, Seconds } from '../domain/time.ts';
import type { Role, Token } from '../domain/token.ts';
import { isUserName, type User } from '../domain/user.ts';
import type { Gate } from './gate.ts';
import { newTokenSecret, tokenHash, type Secrets } from './secrets.ts';

/** The only time that these secrets are seen. */
export interface NewUserResult {
  readonly user: User;
  readonly knockCode: KnockCode;
  readonly pin: Pin;
}

export interface GrantFilter extends Page {
  readonly state: 'active' | 'all';
}

/** A grant with the packets let in from its address; null when the helper cannot say. */
export type SeenGrant = Grant & { readonly packets: number | null };

export interface PartHealth {
  readonly ok: boolean;
  readonly why?: string;
}

export interface Health {
  readonly ok: boolean;
  readonly parts: Readonly<Record<'asterisk' | 'helper' | 'database', PartHealth>>;
  readonly version: string;
}

/** What administrators may do, whichever door they came by. Rejections are AccessError. */
export interface Administration {
  users(): Promise<User[]>;
  /** Makes up the knock code and the PIN unless they are given. */
  addUser(
    request: {
      readonly name: string;
      readonly services?: readonly string[] | undefined;
      readonly knockCode?: string | undefined;
      readonly pin?: string | undefined;
    },
    by: Actor,
  ): Promise<NewUserResult>;
  /** Disabling closes the user's open addresses, too. */
  setUserDisabled(name: string, disabled: boolean, by: Actor): Promise<User>;
  resetPin(name: string, by: Actor): Promise<{ user: User; pin: Pin }>;
  grants(filter: GrantFilter): Promise<SeenGrant[]>;
  openGrant(
    request: {
      readonly user: string;
      readonly address: string;
      readonly seconds?: Seconds | undefined;
    },
    by: Actor,
  ): Promise<Grant>;
  closeGrant(id: number, by: Actor): Promise<Grant>;
  calls(page: Page): Promise<CallRecord[]>;
  audit(filter: AuditFilter): Promise<AuditRow[]>;
  tokens(): Promise<Token[]>;
  addToken(
    request: { readonly name: string; readonly role: Role },
    by: Actor,
  ): Promise<{ token: Token; secret: string }>;
  revokeToken(name: string, by: Actor): Promise<Token>;
  /** The live token that this secret belongs to. */
  tokenFor(secret: string): Promise<Token | undefined>;
  health(): Promise<Health>;
}

export interface AdministrationParts {
  readonly stores: Stores;
  readonly gate: Gate;
  readonly firewall: Firewall;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly health: () => Promise<Health>;
}

export function createAdministration(parts: AdministrationParts): Administration {
  const { stores, gate, firewall, secrets, clock } = parts;

  const entry = (
    by: Actor,
    kind: AuditEntry['kind'],
    rest: Partial<AuditEntry> = {},
  ): AuditEntry => ({
    at: clock.now(),
    actor: by,
    kind,
    ...rest,
  });

  async function userNamed(name: string): Promise<User> {
    const user = await stores.users.byName(name);
    if (!user) throw new AccessError('not-found', `There is no user named ${name}.`);
    return user;
  }

  async function checkServices(services: readonly string[]): Promise<void> {
    if (services.length === 0) return;
    const known = (await firewall.limits()).services;
    const unknown = services.filter((service) => !known.includes(service));
    if (unknown.length === 0) return;
    throw new AccessError(
      'invalid',
      `No such service: ${unknown.join(', ')}. The helper knows ${known.join(', ')}.`,
    );
  }

  return {
    users: () => stores.users.list(),

    async addUser({ name, services = [], knockCode, pin }, by) {
      if (!isUserName(name)) {
        throw new AccessError(
          'invalid',
          'A user name has 1 to 64 letters, digits, dots, hyphens or underscores, and begins with a letter or digit.',
        );
      }
      const code = knockCode === undefined ? newKnockCode(randomInt) : parseKnockCode(knockCode);
      if (!code) {
        throw new AccessError(
          'invalid',
          'A knock code is three numbers from 1 to 65535 with * between them.',
        );
      }
      const chosen = pin === undefined ? newPin(randomInt) : parsePin(pin);
      if (!chosen) throw new AccessError('invalid', 'A PIN is 4 to 12 digits.');
      await checkServices(services);
      const user = await stores.users.add(
        { name, services, createdAt: clock.now() },
        { knockCodeLookup: secrets.knockCodeLookup(code), pinHash: await secrets.hashPin(chosen) },
        entry(by, 'user-created', { detail: { name } }),
      );
      return { user, knockCode: code, pin: chosen };
    },

    async setUserDisabled(name, disabled, by) {
      const user = await userNamed(name);
      if (user.disabled !== disabled) {
        const kind = disabled ? 'user-disabled' : 'user-enabled';
        await stores.users.setDisabled(
          user.id,
          disabled,
          entry(by, kind, { userId: user.id, detail: { name } }),
        );
      }
      if (disabled) await gate.closeAllOf(user.id, by);
      return { ...user, disabled };
    },

    async resetPin(name, by) {
      const user = await userNamed(name);
      const pin = newPin(randomInt);
      await stores.users.setPin(
        user.id,
        await secrets.hashPin(pin),
        entry(by, 'pin-reset', { userId: user.id, detail: { name } }),
      );
      // a new PIN is of no use to somebody who is still locked out for the old one
      await stores.lockouts.record([{ subject: `user:${user.id}`, failures: noFailures }], []);
      return { user, pin };
    },

    async grants(filter) {
      const now = clock.now();
      const all =
        filter.state === 'all'
          ? await stores.grants.list(filter)
          : (await stores.grants.unended())
              .filter((g) => isActive(g, now) && g.id < (filter.before ?? Infinity))
              .sort((a, b) => b.id - a.id)
              .slice(0, filter.limit);
      // the list must come even when the helper does not
      const open = await firewall.list().catch(() => undefined);
      const packets = new Map(
        open?.map((o) => [o.address, o.services.reduce((sum, s) => sum + s.packets, 0)]),
      );
      return all.map((grant) => ({
        ...grant,
        packets: isActive(grant, now) ? (packets.get(grant.address) ?? null) : null,
      }));
    },

    async openGrant({ user, address, seconds }, by) {
      const parsed = parseAddress(address);
      if (!parsed) {
        throw new AccessError('invalid', `${address} is not an IPv4 address such as 203.0.113.7.`);
      }
      return gate.open({ userId: (await userNamed(user)).id, address: parsed, seconds, by });
    },

    closeGrant: (id, by) => gate.close(id, by),
    calls: (page) => stores.calls.list(page),
    audit: (filter) => stores.audit.list(filter),
    tokens: () => stores.tokens.list(),

    async addToken({ name, role }, by) {
      if (!isUserName(name)) {
        throw new AccessError('invalid', 'A token name follows the same rules as a user name.');
      }
      const secret = newTokenSecret();
      const token = await stores.tokens.add(
        { name, role, createdAt: clock.now() },
        tokenHash(secret),
        entry(by, 'token-created', { detail: { name, role } }),
      );
      return { token, secret };
    },

    async revokeToken(name, by) {
      const token = (await stores.tokens.list()).find((t) => t.name === name);
      if (!token) throw new AccessError('not-found', `There is no token named ${name}.`);
      const at = clock.now();
      await stores.tokens.revoke(token.id, at, entry(by, 'token-revoked', { detail: { name } }));
      return { ...token, revokedAt: at };
    },

    tokenFor: (secret) => stores.tokens.byHash(tokenHash(secret)),
    health: parts.health,
  };
}
