import type { RouteGroup } from '../route.ts';
import { describeApi } from './describe.ts';
import { pageOf } from './page.ts';

export interface Texts {
  readonly json: string;
  readonly page: string;
}

let made: Texts | undefined;

/**
 * The description as it is sent. It takes a tenth of a second and is always the same, so it
 * is made once a process: strangers may ask for it, and calls shall not wait for that.
 */
export function textsOf(groups: readonly RouteGroup[]): Texts {
  if (!made) {
    const document = describeApi(groups);
    made = { json: JSON.stringify(document), page: pageOf(document) };
  }
  return made;
}
