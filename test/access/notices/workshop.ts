import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { afterEach } from 'vitest';
import {
  createNotices,
  type NoticeParts,
  type Notices,
} from '../../../src/access/notices/notices.ts';
import { createNotMeLinks } from '../../../src/access/notices/not-me-link.ts';
import type { AuditEntry } from '../../../src/domain/attempt.ts';
import type { Webhook } from '../../../src/domain/ports.ts';
import { usualSettings, type User } from '../../../src/domain/user.ts';
import { createWebhook } from '../../../src/notify/webhook.ts';
import type { HookServer } from '../../notify/hook-server.ts';
import { openStores, newPath } from '../../sqlite/workshop.ts';

export const secret = Buffer.from('a secret of tests, long enough');
export const links = createNotMeLinks(Buffer.alloc(32, 9));

export const hook = (
  url: string,
  rest: Partial<Parameters<typeof createWebhook>[0]> = {},
): Webhook => createWebhook({ url, secrets: [secret], kinds: null, deadline: 1, ...rest });

/** What a receiver was sent, taken or not. */
export const kindsOf = ({ posted }: HookServer): string[] =>
  posted.map(({ body }) => (JSON.parse(body) as { type: string }).type);

/** Time that goes on when a test says so. */
export function createTime(now = Date.UTC(2025, 5, 1, 12)) {
  const alarms = new Set<{ readonly at: number; readonly ring: () => void }>();
  const time = {
    clock: { now: () => now },
    timer: (seconds: number, ring: () => void) => {
      const alarm = { at: now + seconds * 1000, ring };
      alarms.add(alarm);
      return { cancel: () => void alarms.delete(alarm) };
    },
    /** Rings what is due, in order; what that sets going has a moment to be done. */
    async pass(seconds: number): Promise<void> {
      const end = now + seconds * 1000;
      for (;;) {
        await sleep(10);
        const [next] = [...alarms].sort((a, b) => a.at - b.at);
        if (!next || next.at > end) break;
        alarms.delete(next);
        now = Math.max(now, next.at);
        next.ring();
      }
      now = end;
    },
  };
  return time;
}

const taken: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const letGo of taken.splice(0).toReversed()) await letGo();
});

/** Real stores in a file, and notices on them that are started and stopped. */
export function createDesk(
  { giveUpAfter = 86_400, ...given }: Partial<NoticeParts> & { giveUpAfter?: number } = {},
  path = newPath(),
) {
  const stores = openStores(path);
  const time = createTime();
  const lines: string[] = [];
  const parts: NoticeParts = {
    stores,
    queue: stores.notices,
    webhooks: [],
    mailer: undefined,
    links,
    rules: {
      administrators: [],
      baseUrl: 'https://gate.example.net',
      linkFor: 86_400,
      giveUpAfter,
      language: 'en',
      timeZone: 'UTC',
    },
    random: () => 1,
    newDelivery: randomUUID,
    log: (message, details) => lines.push(`${message} ${JSON.stringify(details)}`),
    ...time,
    ...given,
  };
  const notices: Notices = createNotices(parts);
  taken.push(async () => {
    const stopped = notices.stop();
    await time.pass(3);
    await stopped;
    stores.close();
  });
  return {
    stores,
    time,
    lines,
    parts,
    notices,
    path,
    append: (kind: AuditEntry['kind'], rest: Partial<AuditEntry> = {}) =>
      stores.audit.append({ at: time.clock.now(), actor: 'system', kind, ...rest }),
    addUser: (
      name: string,
      email: string | null = null,
      language: string | null = null,
    ): Promise<User> =>
      stores.users.add(
        { ...usualSettings, name, email, language, createdAt: 1 },
        { knockCodeLookup: `lookup of ${name}`, pinHash: 'hash' },
        { at: 1, actor: 'cli:local', kind: 'user-created' },
      ),
  };
}

/**
 * Waits for what real sockets bring, within five seconds. With `time` it goes on meanwhile, a tenth
 * of a second with each look: what is sent after something else comes with the next look.
 */
export async function until(
  done: () => boolean | Promise<boolean>,
  time?: { pass(seconds: number): Promise<void> },
): Promise<void> {
  for (let n = 0; n < 500; n++) {
    if (await done()) return;
    await sleep(10);
    await time?.pass(0.1);
  }
  throw new Error('it did not come about within five seconds');
}
