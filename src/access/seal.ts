import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** What a sealed text is for: nobody can pass one user's off as another's, or one kind as another. */
export interface Sealed {
  readonly purpose: 'totp' | 'answer';
  /** 0 where it is no user's. */
  readonly userId: number;
}

export interface Seal {
  seal(text: string, sealed: Sealed): string;
  open(text: string, sealed: Sealed): string | undefined;
}

const cipher = 'aes-256-gcm';
/** NIST SP 800-38D, section 8.2: 96 bits, by chance; far fewer texts than 2^32 are ever sealed. */
const nonceLength = 12;
const tagLength = 16;

/** AES-256-GCM; the key has 32 bytes. */
export function createSeal(key: Buffer): Seal {
  const bound = ({ purpose, userId }: Sealed): Buffer => Buffer.from(`${purpose}\0${userId}`);

  return {
    seal(text, sealed) {
      const nonce = randomBytes(nonceLength);
      const work = createCipheriv(cipher, key, nonce).setAAD(bound(sealed));
      const body = Buffer.concat([work.update(text, 'utf8'), work.final()]);
      return [
        cipher,
        ...[nonce, work.getAuthTag(), body].map((part) => part.toString('base64')),
      ].join('$');
    },
    open(text, sealed) {
      const [name, ...rest] = text.split('$');
      const [nonce, tag, body] = rest.map((part) => Buffer.from(part, 'base64'));
      if (name !== cipher || nonce?.length !== nonceLength || tag?.length !== tagLength || !body) {
        return undefined;
      }
      const work = createDecipheriv(cipher, key, nonce).setAAD(bound(sealed)).setAuthTag(tag);
      try {
        return Buffer.concat([work.update(body), work.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
