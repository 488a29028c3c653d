import type { Items } from '../http/answers.ts';
import type { RestClient } from '../http/client.ts';

/** As many as a page may have. */
const pageSize = 500;

/** All that a list has, page by page. @param path with a query or without. */
export async function everyItem<T>(rest: RestClient, path: string): Promise<T[]> {
  const all: T[] = [];
  const first = `${path}${path.includes('?') ? '&' : '?'}limit=${pageSize}`;
  for (let next: string | null = ''; next !== null;) {
    const page: Items<T> = await rest.get(next === '' ? first : `${first}&cursor=${next}`);
    all.push(...page.items);
    next = page.next;
  }
  return all;
}
