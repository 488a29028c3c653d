import {
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  scrypt,
  timingSafeEqual,
} from 'node:crypto';
import { atMostAtOnce } from '../domain/at-once.ts';
import type { KnockCode } from '../domain/knock-code.ts';
import type { OneTimeCode } from '../domain/one-time-code.ts';
import type { Pin } from '../domain/pin.ts';
import { createSeal, type Sealed } from './seal.ts';

/** Keeps one answer: what is in it can be read only by who knows the key that was sent. */
export interface AnswerBox {
  /** Under which it is found: HMAC-SHA-256, hexadecimal. */
  readonly lookup: string;
  /** Keyed, too: a request may hold a PIN, which a plain hash would give away. */
  hashOf(request: string): string;
  seal(text: string): string;
  open(text: string): string | undefined;
}

/**
 * What is kept instead of secrets. Everything is keyed with a file that lives
 * outside the database: whoever steals the database alone can try no PIN at all.
 */
export interface Secrets {
  /** The key under which a user is found: HMAC-SHA-256, hexadecimal. */
  knockCodeLookup(code: KnockCode): string;
  /** About 40 ms of work on a thread of its own. */
  hashPin(pin: Pin): Promise<string>;
  /** False for a wrong PIN and for a hash that cannot be read; the same work either way. */
  verifyPin(pin: Pin, hash: string): Promise<boolean>;
  /** A hash that no PIN fits, so that an unknown caller costs the same work as a known one. */
  readonly fitsNobody: string;
  /** The key under which a code of this user's sheet is found: HMAC-SHA-256, hexadecimal. */
  sheetCodeLookup(userId: number, code: OneTimeCode): string;
  /** Encrypts what must be read again; it opens for the same purpose and user alone. */
  seal(text: string, sealed: Sealed): string;
  /** `undefined` when it was sealed for something else, under another key, or was altered. */
  open(text: string, sealed: Sealed): string | undefined;
  /** Where and how the answer to a request is kept that came with this key. */
  answerBox(by: string, key: string): AnswerBox;
  /**
   * A number from 0 up to 1, always the same for the same knock code and told by nothing
   * but the key: decides what is said to those whose code is nobody's.
   */
  lotOf(code: KnockCode): number;
}

// OWASP's minimum for interactive log-in is N=2^17; the key file, which an
// attacker must have as well, lets us stay at what 100 callers at once can afford
const cost = { N: 16_384, r: 8, p: 1 };
const hashLength = 32;

/** The fewest bytes that a key file must hold. */
export const keyLength = 32;

export function createSecrets(key: Buffer): Secrets {
  if (key.length < keyLength) throw new RangeError(`the key must have ${keyLength} bytes or more`);
  const keyed = (purpose: string, text: string): Buffer =>
    createHmac('sha256', key).update(`${purpose}\0${text}`).digest();

  const stretch = (pin: Pin, salt: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      scrypt(keyed('pin', pin), salt, hashLength, cost, (error, hash) => {
        if (error) reject(error);
        else resolve(hash);
      });
    });
  const inPlace = atMostAtOnce(mostHashing);

  const written = (salt: Buffer, hash: Buffer): string =>
    ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64'), hash.toString('base64')].join('$');

  const sealing = createSeal(Buffer.from(hkdfSync('sha256', key, '', 'dialgate seal', 32)));

  return {
    sheetCodeLookup: (userId, code) => keyed('sheet-code', `${userId}\0${code}`).toString('hex'),
    ...sealing,
    answerBox(by, sent) {
      const whose = `${by}\0${sent}`;
      const boxKey = hkdfSync('sha256', key, '', keyed('answer-key', whose), 32);
      const box = createSeal(Buffer.from(boxKey));
      const sealed = { purpose: 'answer', userId: 0 } as const;
      return {
        lookup: keyed('answer', whose).toString('hex'),
        hashOf: (request) => keyed('request', request).toString('hex'),
        seal: (text) => box.seal(text, sealed),
        open: (text) => box.open(text, sealed),
      };
    },
    lotOf: (code) => keyed('lot', code).readUIntBE(0, 6) / 2 ** 48,
    knockCodeLookup: (code) => keyed('knock-code', code).toString('hex'),
    async hashPin(pin) {
      const salt = randomBytes(16);
      return written(salt, await inPlace(() => stretch(pin, salt)));
    },
    async verifyPin(pin, text) {
      const [, , , , salt = '', hash = ''] = text.split('$');
      const expected = Buffer.from(hash, 'base64');
      const actual = await inPlace(() => stretch(pin, Buffer.from(salt, 'base64')));
      return expected.length === hashLength && timingSafeEqual(actual, expected);
    },
    fitsNobody: written(randomBytes(16), randomBytes(hashLength)),
  };
}

/** Of the four threads that Node has for such work, files and names need some, too. */
const mostHashing = 2;

const tokenPrefix = 'dialgate_';

/** A new bearer token of 256 random bits. */
export function newTokenSecret(): string {
  return tokenPrefix + randomBytes(32).toString('base64url');
}

/** Tokens are random and long, so a plain hash keeps them safe (no stretching needed). */
export function tokenHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
