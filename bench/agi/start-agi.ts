import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { startAsterisk, type RunningAsterisk } from '../../lab/asterisk/run.ts';
import type { Lab } from '../../lab/lab.ts';
import { packageRoot } from '../../lab/package-root.ts';
import { roles } from '../../lab/processes.ts';
import { sh } from '../../lab/shell.ts';
import type { Traveller } from '../load/travellers.ts';

/** The extension at which the script answers: a number that is nobody's. */
export const agiExtension = '5550143';

/** In the script's words: what it says, in the folder where it looks for it. */
const words: Readonly<Record<string, string>> = {
  'knock-code': 'Please key your knock code, with star between the numbers, then hash.',
  pin: 'Now your pin, then hash.',
  address: 'Key the address you are at, with star between the numbers, then hash.',
  'you-keyed': 'You keyed',
  'press-1': 'To open it, press 1. To key it again, press 2.',
  star: 'dot',
  opened: 'It is open, for four hours.',
  'nothing-opened': 'Sorry, that did not work. Nothing was opened.',
  'not-recognised': 'Sorry, that was not recognised. Please try again.',
  goodbye: 'Goodbye.',
  ...Object.fromEntries(Array.from({ length: 10 }, (_, digit) => [digit, String(digit)])),
};

/**
 * An Asterisk that starts the script of this folder for each call, in the place
 * and of the kind of the lab's own, which must have been stopped.
 */
export async function startAgi(lab: Lab, users: readonly Traveller[]): Promise<RunningAsterisk> {
  // this group may use the helper's socket, and Asterisk's user has its group's number
  const uid = roles.serve.groups[0];
  const { socket } = JSON.parse(readFileSync(lab.product.helperConfig, 'utf8')) as {
    socket: string;
  };
  const folder = join(lab.folder, 'agi');
  mkdirSync(folder, { mode: 0o755 });
  const script = join(folder, 'knock.pl');
  copyFileSync(join(packageRoot, 'bench/agi/knock.pl'), script);
  chmodSync(script, 0o755);
  writeFileSync(join(folder, 'socket'), `${socket}\n`, { mode: 0o644 });
  const file = join(folder, 'users');
  writeFileSync(file, (await Promise.all(users.map(userLine))).join(''), { mode: 0o640 });
  chownSync(file, uid, uid);
  await renderSounds(join(folder, 'sounds'));
  const asterisk = await startAsterisk({
    home: lab.line.home,
    directory: join(lab.folder, 'agi-asterisk'),
    sounds: [folder, join(lab.folder, 'helper')],
    uid,
    prefix: lab.at('server'),
    sip: lab.line.to,
    rtp: { first: 10_000, last: 10_998 },
    ari: { port: 8088, username: 'nobody', password: lab.product.ariPassword },
    extension: '5550144',
    callers: { carrier: lab.line.from },
    moreDialplan: `exten => ${agiExtension},1,AGI(${script},${folder})
 same => n,Hangup()
`,
  });
  for (const module of ['res_speech.so', 'res_agi.so']) {
    const said = await asterisk.cli(`module load ${module}`);
    if (!said.startsWith('Loaded')) throw new Error(`Asterisk does not load ${module}: ${said}`);
  }
  return asterisk;
}

/** The PIN as /etc/shadow has passwords (SHA-512 crypt). */
async function userLine({ knockCode, pin, name }: Traveller): Promise<string> {
  const hash = await sh('perl', '-e', 'print crypt($ARGV[0], q($6$) . $ARGV[1])', pin, `s${name}`);
  return `${knockCode}\t${hash}\t${name}\n`;
}

async function renderSounds(folder: string): Promise<void> {
  mkdirSync(folder, { mode: 0o755 });
  for (const [name, text] of Object.entries(words)) {
    const file = join(folder, `${name}.wav`);
    const spoken = `${file}.22k`;
    await sh('espeak-ng', '-v', 'en-us', '-s', '150', '-w', spoken, text);
    await sh('sox', '-t', 'wav', spoken, '-r', '8000', '-b', '16', '-c', '1', file);
    chmodSync(file, 0o644);
  }
}
