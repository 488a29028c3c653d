import type { Command } from 'commander';
import type {
  NewKnockCodeAnswer,
  NewPinAnswer,
  NewSheetAnswer,
  NewTotpAnswer,
} from '../http/answers.ts';
import type { Asked } from './doings.ts';
import { drawn, newPicture } from './qr-code.ts';
import { sheet } from './sheet.ts';
import { userPath } from './words.ts';

interface Json {
  readonly json?: boolean;
}

/** What a user identifies with: "user reset-pin" and its like. */
export function addCredentialCommands(users: Command, { withRest, print }: Asked): void {
  users
    .command('reset-pin <name>')
    .description('make a new PIN, show it once, and end the user’s lockouts')
    .option('--json', 'print JSON')
    .action(async (name: string, { json }: Json) => {
      const made = await withRest((rest) => rest.post<NewPinAnswer>(userPath(name, 'pin')));
      if (json) return print(JSON.stringify(made));
      print(`The new PIN of ${name} is ${made.pin}. It is shown this once.`);
    });

  users
    .command('new-knock-code <name>')
    .description('make a new knock code, show it once, and end the user’s lockouts')
    .option('--json', 'print JSON')
    .action(async (name: string, { json }: Json) => {
      const made = await withRest((rest) =>
        rest.post<NewKnockCodeAnswer>(userPath(name, 'knock-code')),
      );
      if (json) return print(JSON.stringify(made));
      print(`The new knock code of ${name} is ${made.knockCode}   (keyed ${made.knockCode}#)`);
      print('It is shown this once. What the user has open stays open.');
    });

  users
    .command('totp <name>')
    .description('ask this user for a code of an authenticator app, and show its secret once')
    .option('--png <file>', 'write the QR code to a new file, too')
    .option('--json', 'print JSON')
    .action(async (name: string, { png, json }: Json & { png?: string }) => {
      // before anything is changed: an enrolment that cannot be kept must not replace the old one
      const picture = png === undefined ? undefined : newPicture(png);
      try {
        const made = await withRest((rest) => rest.post<NewTotpAnswer>(userPath(name, 'totp')));
        // printed first: a picture that fails must not lose the only copy
        if (json) print(JSON.stringify(made));
        else {
          print(await drawn(made.uri, process.stdout.isTTY));
          print(made.uri);
          print(`User ${name} is asked for a code after the PIN from now on. Scan this at once,`);
          print('or type the secret into the app: it is shown this once.');
          print(`  secret  ${made.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}`);
        }
        await picture?.draw(made.uri);
        if (picture && !json) print(`The QR code is in ${png}: delete it when it is scanned.`);
      } catch (error) {
        picture?.discard();
        throw error;
      }
    });

  users
    .command('sheet <name>')
    .description('ask this user for a code of a sheet, and print the sheet once')
    .option('--json', 'print JSON')
    .action(async (name: string, { json }: Json) => {
      const made = await withRest((rest) => rest.post<NewSheetAnswer>(userPath(name, 'sheet')));
      print(json ? JSON.stringify(made) : sheet(name, made.codes, new Date()));
    });

  users
    .command('no-second-factor <name>')
    .description('ask this user for the PIN alone')
    .action(async (name: string) => {
      await withRest((rest) => rest.delete(userPath(name, 'second-factor')));
      print(`User ${name} is asked for the PIN alone from now on.`);
    });
}
