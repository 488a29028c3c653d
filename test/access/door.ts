import { authenticator, type Authenticate } from '../../src/access/authenticate.ts';
import type { KnockAttempt } from '../../src/access/authenticate.ts';
import type { LockoutRules } from '../../src/access/lockout-rules.ts';
import { createSecrets, type Secrets } from '../../src/access/secrets.ts';
import { parseKnockCode, type KnockCode } from '../../src/domain/knock-code.ts';
import {
  parsePhoneNumber,
  type Dialling,
  type PhoneNumber,
} from '../../src/domain/phone-number.ts';
import { parsePin, type Pin } from '../../src/domain/pin.ts';
import type { Stores } from '../../src/domain/ports.ts';
import { usualSettings, type User, type UserSettings } from '../../src/domain/user.ts';
import { createMemoryStores } from '../fakes/stores.ts';

export const knockCode = (text: string): KnockCode => parseKnockCode(text)!;
export const pinOf = (text: string): Pin => parsePin(text)!;

export const code = knockCode('233*245*478');
export const pin = pinOf('471100');
export const wrong = pinOf('918273');

/** As in North America: 555-0123 is 15550123. */
export const dialling: Dialling = { international: '011', trunk: '', country: '1' };
export const numberOf = (text: string): PhoneNumber => parsePhoneNumber(text, dialling)!;

/** Those that the configuration has when nothing is said. */
export const usualRules: LockoutRules = {
  userLockout: { forgiven: 4, first: 60, longest: 900, memory: 86_400 },
  callerLockout: { forgiven: 5, first: 60, longest: 900, memory: 86_400 },
  strangersLockout: { forgiven: 20, first: 60, longest: 300, memory: 86_400 },
};

export const secrets = createSecrets(Buffer.alloc(32, 7));

/** Without the 40 ms of work for each PIN, where a day of tries is simulated. */
export const quickSecrets: Secrets = {
  ...secrets,
  hashPin: (pin) => Promise.resolve(pin),
  verifyPin: (pin, hash) => Promise.resolve(pin === hash),
};

/** Stores, users, and a clock to set: all that stands around authentication. */
export interface Door extends Authenticate {
  now: number;
  /** What the brake was told. */
  readonly failures: (readonly ['unknown-code' | 'guess', string | null])[];
  readonly waits: number[];
  readonly stores: Stores;
  addUser(name: string, knockCode: KnockCode, settings?: Partial<UserSettings>): Promise<User>;
  /** With the right code and PIN from 555-0123, but for what is said. */
  tryWith(over?: Partial<KnockAttempt>): Promise<User | undefined>;
  /** The latest first. */
  refusals(): Promise<unknown[]>;
  /** Another process on the same stores. */
  restart(): void;
}

export function createDoor(
  options: { readonly rules?: LockoutRules; readonly secrets?: Secrets } = {},
): Door {
  const { rules = usualRules, secrets: kept = secrets } = options;
  const stores = createMemoryStores();
  const waits: number[] = [];
  const start = (): Authenticate =>
    authenticator({
      stores,
      secrets: kept,
      clock: { now: () => door.now },
      wait: (seconds) => {
        waits.push(seconds);
        return Promise.resolve();
      },
      dialling,
      failed: (kind, callerNumber) => void door.failures.push([kind, callerNumber]),
      ...rules,
    });

  const door: Door = {
    now: 1e12,
    failures: [],
    waits,
    stores,
    wantsCode: (knockCode) => running.wantsCode(knockCode),
    attempt: (attempt) => running.attempt(attempt),
    again: (attempt) => running.again(attempt),
    addUser: async (name, knockCode, settings = {}) =>
      stores.users.add(
        { ...usualSettings, ...settings, name, createdAt: door.now },
        { knockCodeLookup: kept.knockCodeLookup(knockCode), pinHash: await kept.hashPin(pin) },
        { at: door.now, actor: 'system', kind: 'user-created' },
      ),
    tryWith: (over = {}) =>
      running.attempt({
        knockCode: code,
        pin,
        code: null,
        callerNumber: '5550123',
        attestation: null,
        callId: 1,
        ...over,
      }),
    refusals: async () =>
      (await stores.audit.list({ limit: 1000, kind: 'attempt-refused' })).map(
        (row) => row.detail?.['reason'],
      ),
    restart() {
      running = start();
    },
  };
  let running = start();
  return door;
}
