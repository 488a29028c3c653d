import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PhoneLine } from './call.ts';
import type { Lab, LabUser } from './lab.ts';
import { addresses } from './network.ts';
import { say } from './screen.ts';

/** What `npm run call` needs, in a file that only root can read: a convenience of the lab, for its own user alone. */
export interface PhoneBook {
  readonly line: PhoneLine;
  readonly user: LabUser;
  /** dialgate's log, to show the call from. */
  readonly log: string;
}

export const phoneBookOf = (folder: string): string => join(folder, 'phone-book.json');

/** Puts the files into the lab's folder that make it easy to use from another terminal. */
export function writeInvitation(lab: Lab): void {
  const book: PhoneBook = { line: lab.line, user: lab.user, log: lab.serve.log.file };
  writeFileSync(phoneBookOf(lab.folder), JSON.stringify(book), { mode: 0o600 });
  const header = `Authorization: Bearer ${lab.token}\n`;
  writeFileSync(join(lab.folder, 'token'), header, { mode: 0o600 });
  const words = lab.product.cli.map((word) => `'${word}'`).join(' ');
  const command = join(lab.folder, 'dialgate');
  writeFileSync(command, `#!/bin/sh\nexec ${words} "$@"\n`);
  chmodSync(command, 0o755);
}

/** Says what can be done now, in lines to be copied. */
export function invite(lab: Lab, grantId: number | undefined): void {
  const { folder, id, product } = lab;
  const id1 = grantId ?? 1;
  const there = lab.at('server').join(' ');
  say(`
The lab stays up until Ctrl-C. From another terminal of this machine, as root:

Phone it again (in this checkout):
  npm run call -- --address ${addresses.roaming}
Or key what you like ("npm run call -- --help" says how), such as to hear what is open:
  npm run call -- --keys '{knock}#{pin}#,,${addresses.roaming.replaceAll('.', '*')}#,,1,,,,3' --stay 12
Close the grant by the command line, or by REST:
  ${folder}/dialgate grant close ${id1}
  ${there === '' ? '' : `${there} \\\n    `}curl -sS -X DELETE -H @${folder}/token \\
    ${product.restUrl}/v1/grants/${id1}
See who is let in, and the record:
  ${folder}/dialgate grant list
  ${folder}/dialgate audit${
    lab.dryRun
      ? ''
      : `
Be the roaming host:
  ${lab.at('roaming').join(' ')} curl -m 2 telnet://${lab.server}:443
See the guard's rules:
  ${there} nft list ruleset`
  }

Where things are (gone when the lab ends)
  configuration  ${product.config}
  database       ${product.database}
  logs           ${lab.logs}
                 ${lab.asterisk.logs}
  sounds         ${product.sounds}
  token, and the user's knock code and PIN for "npm run call" (this lab's only,
  readable by root only): ${folder}
  lab            ${id}`);
}
