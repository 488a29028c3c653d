import { createHmac } from 'node:crypto';

/**
 * The signature of the Standard Webhooks specification (standardwebhooks.com, "symmetric
 * signatures"): HMAC-SHA-256 over id, timestamp and body with dots between them, in base64. With
 * several secrets there are as many, so that a receiver can go from one to the next.
 */
export function signatureOf(
  { id, seconds, body }: { readonly id: string; readonly seconds: number; readonly body: string },
  secrets: readonly Buffer[],
): string {
  return secrets
    .map((secret) => {
      const mac = createHmac('sha256', secret).update(`${id}.${seconds}.${body}`);
      return `v1,${mac.digest('base64')}`;
    })
    .join(' ');
}

const prefix = 'whsec_';
/** The specification has 24 to 64. */
const fewestBytes = 24;

/**
 * The secrets in a file, one a line: `whsec_` and base64, or any text, whose bytes are the key.
 * Undefined where there is none, or one is too short to be a secret.
 */
export function secretsIn(text: string): readonly Buffer[] | undefined {
  const lines = text.split('\n').flatMap((line) => line.trim() || []);
  const secrets = lines.map((line) =>
    line.startsWith(prefix)
      ? Buffer.from(line.slice(prefix.length), 'base64')
      : Buffer.from(line, 'utf8'),
  );
  const good = secrets.length > 0 && secrets.every(({ length }) => length >= fewestBytes);
  return good ? secrets : undefined;
}
