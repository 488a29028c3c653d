import type { Database, Statement } from 'better-sqlite3';
import type { Page } from '../domain/ports.ts';
import { pageBounds } from './columns.ts';

/** Reads pages of what fits a filter: one statement for each combination that has been asked for. */
export function filtered<Filter extends Page, Row>(
  database: Database,
  sql: (where: string) => string,
  conditions: readonly (readonly [key: keyof Filter, condition: string])[],
): (filter: Filter) => Row[] {
  const prepared = new Map<string, Statement<[object], Row>>();

  return (filter) => {
    const where = conditions
      .filter(([key]) => filter[key] !== undefined && filter[key] !== false)
      .map(([, condition]) => ` AND ${condition}`)
      .join('');
    let statement = prepared.get(where);
    if (!statement) {
      statement = database.prepare(sql(where));
      prepared.set(where, statement);
    }
    return statement.all({ ...filter, ...pageBounds(filter) });
  };
}
