import { randomUUID } from 'node:crypto';
import { AccessError } from '../domain/access-error.ts';
import type { CheckpointSink } from '../domain/ports.ts';
import { createWebhook, webhookId, type WebhookOptions } from './webhook.ts';

/** The record's own time for a sink is five seconds. */
const deadline = 4;

/** Posts each checkpoint, signed like notices are. What fails is for the record to say and to try again. */
export function checkpointWebhook(
  options: Pick<WebhookOptions, 'url' | 'secrets'>,
): CheckpointSink {
  const webhook = createWebhook({ ...options, kinds: [], deadline });
  return {
    name: webhookId(options.url),
    async put({ seq, hash, at, seal }) {
      const body = JSON.stringify({
        type: 'audit-checkpoint',
        timestamp: new Date(at).toISOString(),
        data: { seq, hash, at: new Date(at).toISOString(), seal },
      });
      const outcome = await webhook.post({ delivery: randomUUID(), at, body });
      if (!outcome.ok) throw new AccessError('internal', outcome.why);
    },
  };
}
