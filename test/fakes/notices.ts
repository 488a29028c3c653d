import { createNotices, type NoticeParts } from '../../src/access/notices/notices.ts';
import { createNotMeLinks } from '../../src/access/notices/not-me-link.ts';
import { createNotMe } from '../../src/access/notices/not-me.ts';
import type { AdministrationParts } from '../../src/access/administration.ts';
import type { NoticeQueue } from '../../src/domain/ports.ts';
import { systemTimer } from '../../src/domain/time.ts';

/** A queue that is empty for ever. */
const nothing: NoticeQueue = {
  cursor: () => Promise.resolve(undefined),
  setCursor: () => Promise.resolve(),
  fill: () => Promise.resolve(false),
  heads: () => Promise.resolve([]),
  leastTried: () => Promise.resolve(undefined),
  nextAt: () => Promise.resolve(undefined),
  begin: () => Promise.resolve(undefined),
  sent: () => Promise.resolve(),
  tried: () => Promise.resolve(),
  giveUp: () => Promise.resolve(0),
  keepOnly: () => Promise.resolve(0),
  page: () => Promise.resolve([]),
  counts: () => Promise.resolve({ waiting: 0, oldestAt: null, failed: 0 }),
  forget: () => Promise.resolve(),
};

export const testLinks = createNotMeLinks(Buffer.alloc(32, 9));

/** What administration needs of the notices: nobody is told anything, unless somebody is given. */
export function noticesOf(
  { stores, gate, clock }: Pick<AdministrationParts, 'stores' | 'gate' | 'clock'>,
  given: Partial<NoticeParts> = {},
): Pick<AdministrationParts, 'notices' | 'notMe'> {
  const site = { language: 'en', timeZone: 'UTC' };
  const common = { stores, clock, timer: systemTimer, links: testLinks };
  return {
    notices: createNotices({
      ...common,
      queue: nothing,
      webhooks: [],
      mailer: undefined,
      rules: { ...site, administrators: [], baseUrl: null, linkFor: 86_400, giveUpAfter: 86_400 },
      random: () => 0.5,
      newDelivery: () => 'delivery',
      log: () => undefined,
      ...given,
    }),
    notMe: createNotMe({ ...common, gate, site }),
  };
}
