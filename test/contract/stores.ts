import { afterEach, beforeEach, describe } from 'vitest';
import { answersContract } from './stores/answers.ts';
import { createBench, type Closable } from './stores/bench.ts';
import { callsContract } from './stores/calls.ts';
import { entriesContract } from './stores/entries.ts';
import { grantsContract } from './stores/grants.ts';
import { lockoutsContract } from './stores/lockouts.ts';
import { pagesContract } from './stores/pages.ts';
import { recordContract } from './stores/record.ts';
import { secondFactorsContract } from './stores/second-factors.ts';
import { tokensContract } from './stores/tokens.ts';
import { transactionsContract } from './stores/transactions.ts';
import { usersContract } from './stores/users.ts';

/** What every implementation of `Stores` promises. */
export function storesContract(name: string, open: () => Closable): void {
  describe(`${name} keeps the contract of the stores`, () => {
    let stores: Closable;
    beforeEach(() => {
      stores = open();
    });
    afterEach(() => stores.close());

    const bench = createBench(() => stores);
    usersContract(bench);
    secondFactorsContract(bench);
    grantsContract(bench);
    callsContract(bench);
    recordContract(bench);
    lockoutsContract(bench);
    tokensContract(bench);
    entriesContract(bench);
    pagesContract(bench);
    answersContract(bench);
    transactionsContract(bench);
  });
}
