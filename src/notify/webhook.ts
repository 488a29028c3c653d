import { createHash } from 'node:crypto';
import type { Outcome, Webhook, WebhookMessage } from '../domain/notice.ts';
import type { Seconds } from '../domain/time.ts';
import { signatureOf } from './signature.ts';

export interface WebhookOptions {
  readonly url: string;
  readonly secrets: readonly Buffer[];
  readonly kinds: Webhook['kinds'];
  /** For the whole of it: name, connection, answer. */
  readonly deadline?: Seconds;
}

const usualDeadline: Seconds = 10;

/** The receiver says that it will never take this one; whatever else it says, it may take it later. */
const forGood = new Set([400, 410, 413, 415, 422]);

/** The same as long as the URL is, and telling nothing of what is secret in it. */
export function webhookId(url: string): Webhook['id'] {
  const digest = createHash('sha256').update(url).digest('hex').slice(0, 8);
  return `webhook:${new URL(url).host}/${digest}`;
}

/**
 * Posts JSON, signed. Any status from 200 to 299 means that it was taken; no redirect is
 * followed, as whoever could send one could have it all sent elsewhere.
 */
export function createWebhook(options: WebhookOptions): Webhook {
  const { url, secrets, kinds, deadline = usualDeadline } = options;

  async function post({ delivery, at, body }: WebhookMessage): Promise<Outcome> {
    const seconds = Math.floor(at / 1000);
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(deadline * 1000),
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'dialgate',
        'webhook-id': delivery,
        'webhook-timestamp': String(seconds),
        'webhook-signature': signatureOf({ id: delivery, seconds, body }, secrets),
      },
      body,
    });
    // what else it says is not read: it may be endless
    await response.body?.cancel().catch(() => undefined);
    const { status } = response;
    if (response.ok) return { ok: true, answer: `HTTP ${status}` };
    const redirect = status >= 300 && status < 400 ? ', and redirects are not followed' : '';
    return { ok: false, why: `HTTP ${status}${redirect}`, forGood: forGood.has(status) };
  }

  return {
    id: webhookId(url),
    kinds,
    post: (message) =>
      post(message).catch((error: unknown) => ({
        ok: false,
        why: reasonOf(error, deadline),
        forGood: false,
      })),
  };
}

/** Without what was asked: a message may hold the URL. */
function reasonOf(error: unknown, deadline: Seconds): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  if (name === 'TimeoutError') return `no answer within ${deadline} s`;
  return cause?.code ?? name ?? 'unknown';
}
