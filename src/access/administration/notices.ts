import type { Actor } from '../../domain/attempt.ts';
import type { Notice, NoticeFilter } from '../../domain/ports.ts';
import type { NotMe } from '../notices/not-me.ts';
import type { TestResult } from '../notices/notices.ts';
import { pageOf, seenPage, type PageOf } from '../paging.ts';
import type { AdministrationParts } from './parts.ts';

/** A notice with the name of the user who is told, where it is one. */
export type SeenNotice = Notice & { readonly userName: string | null };

export interface NoticeAdministration {
  /** Newest first. */
  notices(filter: NoticeFilter): Promise<PageOf<SeenNotice, number>>;
  /** Tells everybody at once that it is a test; resolves to what each answered. */
  testNotices(by: Actor): Promise<TestResult[]>;
  /** What a link stands for, and what its button does: for strangers, who have no secret but the link. */
  readonly notMe: NotMe;
}

export function noticeAdministration({
  notices,
  notMe,
  stores,
}: AdministrationParts): NoticeAdministration {
  async function withName(notice: Notice): Promise<SeenNotice> {
    const id = notice.receiver.startsWith('user:') ? notice.about.userId : undefined;
    const user = id === undefined ? undefined : await stores.users.byId(id);
    return { ...notice, userName: user?.name ?? null };
  }

  return {
    notices: (filter) =>
      seenPage(
        pageOf(
          filter,
          (page) => notices.page(page),
          ({ id }) => id,
        ),
        (rows) => Promise.all(rows.map(withName)),
      ),
    testNotices: (by) => notices.test(by),
    notMe,
  };
}
