/**
 * A process that tells a webhook: `node teller.js DATABASE MIGRATIONS URL FROM ROWS`. Puts so many rows
 * on record while it tells, three of each kind, numbered from FROM on.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createNotices } from '../../src/access/notices/notices.ts';
import { createNotMeLinks } from '../../src/access/notices/not-me-link.ts';
import { isTellable } from '../../src/access/notices/wanted.ts';
import { auditKinds } from '../../src/domain/attempt.ts';
import { systemClock, systemTimer } from '../../src/domain/time.ts';
import { createWebhook } from '../../src/notify/webhook.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { createStores } from '../../src/sqlite/stores.ts';
import { testSeal } from '../fixtures/record-seal.ts';

const [path = '', migrations = '', url = '', from = '0', rows = '0'] = process.argv.slice(2);
const stores = createStores(openDatabase(path, { migrations }), testSeal);
const kinds = auditKinds.filter(isTellable);
const notices = createNotices({
  stores,
  queue: stores.notices,
  webhooks: [createWebhook({ url, secrets: [Buffer.alloc(32, 1)], kinds, deadline: 5 })],
  mailer: undefined,
  links: createNotMeLinks(Buffer.alloc(32, 9)),
  rules: {
    administrators: [],
    baseUrl: null,
    linkFor: 60,
    giveUpAfter: 3600,
    language: 'en',
    timeZone: 'UTC',
  },
  clock: systemClock,
  timer: systemTimer,
  random: Math.random,
  newDelivery: randomUUID,
  log: () => undefined,
});
// from the first row on, whichever process comes first
if ((await stores.notices.cursor()) === undefined) await stores.notices.setCursor(0);
notices.start();
for (let n = Number(from); n < Number(from) + Number(rows); n++) {
  const kind = kinds[Math.floor(n / 3) % kinds.length] ?? 'call-began';
  await stores.audit.append({ at: Date.now(), actor: 'system', kind, detail: { n } });
  await sleep(2);
}
setInterval(() => undefined, 1000);
