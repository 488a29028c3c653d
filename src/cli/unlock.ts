import type { Command } from 'commander';
import type { LockoutAnswer, UnlockedAnswer } from '../http/answers.ts';
import type { Asked } from './doings.ts';
import { everyItem } from './pages.ts';
import { printable, when } from './table.ts';
import { userPath } from './words.ts';

/** "user unlock": the user's own locks end, and those of telephones as such stay. */
export function addUnlockCommand(users: Command, { withRest, print }: Asked): void {
  users
    .command('unlock <name>')
    .description('end the lockouts of a user, but none of a telephone as such')
    .action(async (name: string) => {
      const [before, { ended }, after] = await withRest(async (rest) => [
        // only now can be seen from which telephones the user failed
        await everyItem<LockoutAnswer>(rest, '/v1/lockouts'),
        await rest.delete<UnlockedAnswer>(userPath(name, 'lockouts')),
        await everyItem<LockoutAnswer>(rest, '/v1/lockouts'),
      ]);
      print(
        ended === 0
          ? `Nothing was held against ${name}.`
          : `Nothing is held against ${name} any more.`,
      );
      const usedBy = telephonesOf(name, before);
      const locked = after.filter(
        ({ subject, lockedUntil }) => subject.startsWith('caller:') && lockedUntil !== null,
      );
      const theirs = locked.filter(({ subject }) => usedBy.has(subject));
      if (theirs.length > 0) {
        print('These telephones stay locked for callers who are not known to own them:');
        for (const { subject, lockedUntil } of theirs) {
          print(
            `  until ${when(lockedUntil ?? '')}, or: dialgate lockout end ${printable(subject)}`,
          );
        }
      } else if (locked.length > 0) {
        print('Some telephones are locked as such; "dialgate lockout list" shows them.');
      }
    });
}

/** The subjects of the telephones from which a user failed. */
function telephonesOf(name: string, lockouts: readonly LockoutAnswer[]): Set<string> {
  return new Set(
    lockouts
      .filter(({ userName }) => userName === name)
      .map(({ subject }) => subject.replace(/^user:[0-9]+\/?/, '')),
  );
}
