import type { Address, Family } from '../../src/domain/address.ts';
import type { NameAnswer, Names } from '../../src/domain/ports.ts';

/** A DNS whose answers a test sets; a name that is not set does not exist. */
export interface FakeNames extends Names {
  readonly answers: Map<string, NameAnswer>;
  readonly asked: string[];
  resolve: Names['resolve'];
}

const both: readonly Family[] = [4, 6];

export const answer = (addresses: readonly string[], ttl = 300): NameAnswer => ({
  addresses: addresses as Address[],
  ttl,
  failures: [],
});

export const failure = (reason: string, families = both): NameAnswer => ({
  addresses: [],
  ttl: 0,
  failures: families.map((family) => ({ family, reason })),
});

export function createFakeNames(): FakeNames {
  const answers = new Map<string, NameAnswer>();
  const asked: string[] = [];
  return {
    answers,
    asked,
    resolve: async (name) => {
      asked.push(name);
      return answers.get(name) ?? failure('there is no such name');
    },
    namesOf: async (address) =>
      [...answers].filter(([, { addresses }]) => addresses.includes(address)).map(([name]) => name),
  };
}
