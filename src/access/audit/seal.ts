import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import type { RecordSeal } from '../../domain/audit.ts';

/**
 * HMAC-SHA-256 under a key that is derived from the key file for this alone (HKDF,
 * RFC 5869). What is hashed is JSON, an array with a fixed number of places, so that no
 * two rows have the same text; the first word keeps rows, blocks and the others apart.
 */
export function createRecordSeal(key: Buffer): RecordSeal {
  const derived = createSecretKey(
    Buffer.from(hkdfSync('sha256', key, '', 'dialgate audit record', 32)),
  );
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const hashed = (what: string, values: readonly unknown[]): Buffer =>
    createHmac('sha256', derived)
      .update(`${what}\0${JSON.stringify(values)}`)
      .digest();

  return {
    row: (before, r) =>
      createHmac('sha256', derived)
        .update('row\0')
        .update(before)
        .update(
          JSON.stringify([
            r.seq,
            r.at,
            r.actor,
            r.kind,
            r.userId,
            r.grantId,
            r.callId,
            r.address,
            r.caller,
            r.detail,
          ]),
        )
        .digest(),
    block: (b) => hashed('block', [b.block, b.fromAt, b.toAt, b.lastSeq, hex(b.hash)]),
    removal: (r) =>
      hashed('removal', [
        r.fromSeq,
        r.throughSeq,
        r.rows,
        r.fromAt,
        r.toAt,
        r.kinds,
        hex(r.hashBefore),
        hex(r.hashAfter),
        r.at,
      ]),
    checkpoint: (c) => hashed('checkpoint', [c.seq, c.hash, c.at]).toString('hex'),
    restoration: (r) => hashed('restoration', [r.seq, r.hash, r.at, r.follows]).toString('hex'),
  };
}
