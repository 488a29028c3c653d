import { invite, writeInvitation } from './invitation.ts';
import type { Lab } from './lab.ts';
import { closeAndCheck, showMainJob } from './main-job.ts';
import { addresses } from './network.ts';
import { privilegesOf } from './process-table.ts';
import { say } from './screen.ts';
import { startLab } from './start-lab.ts';
import { clearDeadLabs } from './state.ts';

/** What the kernel lets us do, as lab/setup found out. */
export interface Abilities {
  readonly namespaces: boolean;
  readonly nftables: boolean;
  readonly why: Readonly<Record<string, string>>;
}

/** @returns the exit status: 0 when the gate opened (and with --once closed) as it should. */
export async function start(once: boolean, abilities: Abilities): Promise<number> {
  const asked = askedToEnd();
  const dryRun = !abilities.namespaces || !abilities.nftables;
  if (dryRun) sayWhyDry(abilities);
  for (const id of await clearDeadLabs()) say(`Cleaned up what lab ${id} had left.`);
  const began = Date.now();
  const progress = (what: string): void => {
    say(`   ${((Date.now() - began) / 1000).toFixed(1).padStart(4)} s  ${what}`);
  };
  say('\nStarting the lab');
  const lab = await startLab({ dryRun, progress });
  try {
    return await Promise.race([asked.then(() => 130), useLab(lab, once, asked)]);
  } finally {
    say('\nEnding the lab …');
    await lab.stop();
    say('Everything that it made is gone.');
  }
}

async function useLab(lab: Lab, once: boolean, asked: Promise<void>): Promise<number> {
  writeInvitation(lab);
  introduce(lab);
  const { grantId, faults } = await showMainJob(lab);
  const all = [...faults];
  if (once && grantId !== undefined) all.push(...(await closeAndCheck(lab, grantId)));
  say(all.length === 0 ? verdict(lab, once) : `\nThat is not how it should be: ${all.join('; ')}.`);
  if (all.length > 0) sayLastWords(lab);
  if (once) return all.length === 0 ? 0 : 1;
  invite(lab, grantId);
  await asked;
  return all.length === 0 ? 0 : 1;
}

function verdict(lab: Lab, once: boolean): string {
  if (lab.dryRun) return '\nThe call was taken, and would have opened the gate.';
  return once
    ? '\nOne call opened the gate, and it closed as it should.'
    : '\nOne call opened the gate.';
}

function introduce(lab: Lab): void {
  const { user, server, line } = lab;
  say(
    lab.dryRun
      ? `\nLab ${lab.id}, on loopback: Asterisk and dialgate at ${server}`
      : `
Lab ${lab.id}: three hosts on a network of their own
   server   ${server}  Asterisk, dialgate, its helper and guard
   carrier  ${line.from}     delivers telephone calls by SIP, and is trusted
   roaming  ${addresses.roaming}    a stranger to the server's firewall`,
  );
  say('\nProcesses, with what the kernel says that they may do');
  say(`   dialgate serve   ${rights(lab.serve.pid)}`);
  if (!lab.dryRun) say(`   dialgate-helper  ${rights(lab.helper.pid)}`);
  say(`   Asterisk         ${rights(lab.asterisk.pid)}`);
  say(`
The first user and the first administrator's token, shown this once
   user        ${user.name}
   knock code  ${user.knockCode}
   PIN         ${user.pin}
   token       ${lab.token}`);
}

function rights(pid: number): string {
  const { uid, capabilities, bounding, noNewPrivileges } = privilegesOf(pid);
  const netAdmin = 1n << 12n;
  const held = capabilities === 0n ? 'no capability' : 'CAP_NET_ADMIN alone';
  const known = (capabilities | bounding) === 0n || (capabilities | bounding) === netAdmin;
  const words = known ? held : `capabilities 0x${(capabilities | bounding).toString(16)}`;
  return `pid ${pid}, uid ${uid}, ${words}${noNewPrivileges ? ', and no new ones' : ''}`;
}

function sayWhyDry({ why }: Abilities): void {
  say(`
This kernel refuses what the lab's network and firewall need:`);
  for (const [what, words] of Object.entries(why)) say(`   ${what}: ${words}`);
  say(`So this is a dry run on loopback: the call is real, the firewall only says
what it would do. Run it in a virtual machine, or as root of the machine itself,
to see the gate open.`);
}

function sayLastWords(lab: Lab): void {
  for (const { log } of [lab.serve, lab.helper]) {
    const last = log.lines.slice(-12).map(({ text }) => `   ${text}`);
    if (last.length > 0) say(`\nThe last lines of ${log.file}:\n${last.join('\n')}`);
  }
}

/** Ctrl-C once ends in order; twice leaves at once, and the next start cleans up. */
function askedToEnd(): Promise<void> {
  return new Promise((resolve) => {
    let times = 0;
    // nobody reads us any more: the terminal is gone
    process.stdout.on('error', () => resolve());
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        times++;
        resolve();
        if (times > 1 && signal === 'SIGINT') process.exit(130);
      });
    }
  });
}
