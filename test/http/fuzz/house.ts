import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect } from 'vitest';
import { verifyRecord } from '../../../src/access/audit/verification.ts';
import type { Role } from '../../../src/domain/token.ts';
import { usualSettings } from '../../../src/domain/user.ts';
import { openDatabase } from '../../../src/sqlite/database.ts';
import { createStores } from '../../../src/sqlite/stores.ts';
import { testSeal } from '../../fixtures/record-seal.ts';
import { migrations } from '../../sqlite/workshop.ts';
import { ask, letGoOf, newFolder, openHouse, type House } from '../workshop.ts';
import { readDescription, type Description } from './description.ts';
import { createSender, type Sender } from './send.ts';
import { watchState, type State } from './state.ts';
import type { Known } from './values.ts';

/** The real API on a real database with a sealed record, and all that a hostile client needs of it. */
export interface FuzzedHouse {
  readonly house: House;
  readonly description: Description;
  readonly sender: Sender;
  readonly state: State;
  /** Adds people, grants, entries, tokens and lockouts, so that there is something to ask for and to break. */
  furnish(): Promise<Known>;
  /** A live token with the role, whatever has become of the one before. */
  token(role: Role): Promise<{ readonly name: string; readonly secret: string }>;
  /** A token whose time is over, and one that was revoked. */
  readonly dead: readonly string[];
  /** Rows of the record since this was last asked. */
  recorded(): Promise<readonly { readonly actor: string; readonly kind: string }[]>;
  /** Every row fits the chain. */
  verified(): Promise<void>;
  /** Lines of the log that hold a token that is live. */
  leaked(): readonly string[];
  /** How many follow the record. */
  watching(): number;
}

const endless = 1_000_000_000;

export async function openFuzzedHouse(): Promise<FuzzedHouse> {
  const database = openDatabase(join(newFolder(), 'dialgate.db'), { migrations });
  const real = createStores(database, testSeal);
  const watching = new Set<object>();
  const stores = {
    ...real,
    audit: {
      ...real.audit,
      watch(listener: () => void) {
        const end = real.audit.watch(listener);
        const one = {};
        watching.add(one);
        return () => {
          watching.delete(one);
          end();
        };
      },
    },
  };
  letGoOf(() => real.close());
  const leaks: string[] = [];
  const secrets = new Set<string>();
  const sink = new Writable({
    write(line: Buffer, _encoding, done) {
      const text = line.toString();
      if ([...secrets].some((secret) => text.includes(secret))) leaks.push(text);
      done();
    },
  });
  const house = await openHouse({
    stores,
    // as in a lab: documentation networks besides public ones, and no others
    alsoAllowed: ['203.0.113.0/24', '198.51.100.0/24', '192.0.2.0/24', '2001:db8::/32'],
    // all is well here, so that no answer may be 503
    rules: { ready: () => Promise.resolve(true) },
    log: pino({ level: 'trace' }, sink),
    requests: { perToken: endless, perAddress: endless },
  });
  const { rules, clock } = house;
  const { text } = await ask(house.at, 'GET', '/openapi.json');
  const sender = createSender(house.at);
  letGoOf(() => sender.close());

  const revoked = await rules.addToken({ name: 'revoked', role: 'admin' }, 'cli:local');
  await rules.revokeToken('revoked', 'cli:local', { last: false });
  const expiresAt = clock.now + 1000;
  const expired = await rules.addToken({ name: 'late', role: 'admin', expiresAt }, 'cli:local');
  clock.now += 2000;

  const live = new Map<Role, { name: string; secret: string }>();
  let tokens = 0;
  async function token(role: Role): Promise<{ name: string; secret: string }> {
    const known = live.get(role);
    if (known && (await rules.tokenFor(known.secret))) return known;
    const name = `${role}-${++tokens}`;
    const { secret } = await rules.addToken({ name, role }, 'cli:local');
    live.set(role, { name, secret });
    secrets.add(secret);
    return { name, secret };
  }

  let furnished = 0;
  async function furnish(): Promise<Known> {
    const n = ++furnished;
    const names = [`mira${n}`, `otto${n}`];
    for (const [i, name] of names.entries()) {
      const { id } = await stores.users.add(
        { ...usualSettings, name, createdAt: clock.now },
        // straight into the store: a real PIN's hash would cost 40 ms
        { knockCodeLookup: `lookup of ${name}`, pinHash: 'hash' },
        { at: clock.now, actor: 'cli:local', kind: 'user-created' },
      );
      const address = `203.0.113.${(2 * n + i) % 250}`;
      // in a long run the gate is full one day
      await rules.openGrant({ user: name, address }, 'cli:local').catch(() => undefined);
      await stores.lockouts.record(
        [{ subject: `user:${id}/caller:1555012${n}`, failures: { count: 9, lastAt: clock.now } }],
        [],
      );
    }
    await rules.addToken({ name: `spare${n}`, role: 'admin' }, 'cli:local');
    const target = `198.51.100.${n % 250}`;
    const label = `office${n}`;
    await rules.addEntry({ label, target }, 'cli:local').catch(() => undefined);
    await stores.calls.begin(
      {
        ...{ callerNumber: '15550123', dialled: '100', attestation: null },
        ...{ callBackOf: null, beganAt: clock.now },
      },
      { at: clock.now, actor: 'system', kind: 'call-began', caller: '15550123' },
    );
    const ids = Array.from({ length: 4 * n }, (_, i) => i + 1);
    return {
      name: names,
      user: names,
      token: [`spare${n}`, `spare${Math.max(1, n - 1)}`],
      label: [label],
      id: ids,
      userId: ids,
      callId: ids,
      address: [`203.0.113.${(2 * n) % 250}`, target],
      target: [target, '192.0.2.0/24', 'gate.example.net'],
      subject: [`user:${n}/caller:1555012${n}`, 'caller:15550123'],
      services: [['web'], ['sip', 'web'], []],
      caller: ['15550123', 'withheld'],
      actor: ['cli:local', 'system'],
    };
  }

  let lastSeq = (await stores.audit.ends()).last ?? 0;
  async function recorded(): Promise<{ actor: string; kind: string }[]> {
    const rows: { actor: string; kind: string }[] = [];
    for (;;) {
      const more = await stores.audit.after(lastSeq, 1000);
      rows.push(...more.map(({ actor, kind }) => ({ actor, kind })));
      lastSeq = more.at(-1)?.seq ?? lastSeq;
      if (more.length < 1000) return rows;
    }
  }

  return {
    house,
    description: readDescription(text),
    sender,
    state: watchState(database),
    furnish,
    token,
    dead: [revoked.secret, expired.secret],
    recorded,
    async verified() {
      const verdict = await verifyRecord({ source: stores.keeping.source, seal: testSeal });
      expect(verdict).toMatchObject({ ok: true });
    },
    leaked: () => leaks,
    watching: () => watching.size,
  };
}
