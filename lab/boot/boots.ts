import { setTimeout as sleep } from 'node:timers/promises';
import type { Boot, BootPlan } from './boot.ts';
import {
  armed,
  cli,
  entryStands,
  healed,
  helperKilled,
  order,
  privileges,
  serves,
  withoutGap,
  saidAsError,
  beside,
  unban,
  exposure,
} from './scripts.ts';

/** After installation: an entry, a trial, its confirmation; then what may happen to a guard that stands. */
async function installed({ check, callers, proof }: Boot): Promise<void> {
  await check('dialgate runs though there is no Asterisk', 'systemctl is-active dialgate');
  proof.that('the guard is off: a stranger gets in', await callers.stranger.getsIn());
  await check('the helper has the one capability and is filtered', privileges);
  await check('dialgate serve answers, and was started once', serves);
  await check('an entry is added', `${cli} host add office 192.0.2.2 --service sip`);
  await check('and stands in the kernel', entryStands);
  await check('the guard goes on trial', `${cli} guard enable --test 10m --force`);
  await check('and is confirmed', `${cli} guard confirm`);
  await check(
    'nft and iptables-save could save the ruleset from before',
    'cd /var/lib/dialgate-helper && wc -c before.nft before.iptables before.ip6tables',
  );
  await check('restart of the helper: no gap', withoutGap('systemctl restart dialgate-helper'));
  await check('kill -9 of the helper: no gap, and it is back', withoutGap(helperKilled));
  await check('nftables.service restarted: healed', healed('systemctl restart nftables'));
  await check('nftables.service reloaded: healed', healed('systemctl reload nftables'));
  await check('nftables.service stopped: healed', healed('systemctl stop nftables'));
}

/** With the guard armed, after a power cut. */
async function armedBoot(boot: Boot): Promise<void> {
  const { check, machine, callers, proof } = boot;
  await check(
    'before the network, no interface is up but loopback',
    'cat /run/boot-lab.addresses; ! grep -v "^lo" /run/boot-lab.addresses | grep -w UP',
  );
  await check('the guard is armed then', "grep -A4 'set armed' /run/boot-lab.ruleset | grep tcp");
  await check(
    'the entry stands then',
    "grep -A6 'set stand4_sip' /run/boot-lab.ruleset | grep 192.0.2.2",
  );
  const seconds = (await machine.ask(order)).split('\n').map((text) => Number(text) / 1e6);
  proof.that(
    'the order is nftables, guard, network-pre, networking, network-online',
    seconds.length === 5 && seconds.every((at, n) => at > (seconds[n - 1] ?? 0)),
    seconds.map((at) => `${(at - (seconds[0] ?? 0)).toFixed(2)} s`).join(', '),
  );
  await sleep(2000); // they go on trying
  const { stranger, office, trusted, anybody } = callers;
  proof.that(
    'a stranger never gets in',
    stranger.timesIn === 0 && stranger.tries > 10,
    `${stranger.tries} tries`,
  );
  const behind = (caller: typeof office): number =>
    Math.max(0, (caller.firstIn ?? Infinity) - (anybody.firstIn ?? 0)) / 1000;
  for (const [who, caller] of Object.entries({ office, trusted })) {
    proof.that(
      `${who} gets in as soon as there is a network`,
      behind(caller) < 0.5,
      `${behind(caller).toFixed(2)} s after the unguarded port`,
    );
  }
  await brokenConfig(boot);
}

/** The administrator breaks helper.json while the helper runs. */
async function brokenConfig({ check }: Boot): Promise<void> {
  await check(
    'with a faulty helper.json a restart fails, and says so; what stands goes on: no gap',
    withoutGap(
      `sed -i s/longest/longst/ /etc/dialgate/helper.json; ! systemctl restart dialgate-helper`,
    ),
  );
  await check('the fault is an error in the journal', saidAsError('longst'));
}

/** And that was so at the next start. */
async function brokenAtBoot({ check, proof, callers }: Boot): Promise<void> {
  await check(
    'the helper runs by the last configuration that worked',
    'systemctl is-active dialgate-helper',
  );
  await check('and says so as an error', saidAsError('longst'));
  await check('and where the administrator looks', `${cli} status; ${cli} status | grep longst`);
  await check('the guard stands, and the entry in it', entryStands);
  proof.that('a stranger never got in', callers.stranger.timesIn === 0);
  proof.that('the office does', await callers.office.getsIn());
  await check(
    'mended, and restarted: it runs by helper.json again',
    `sed -i s/longst/longest/ /etc/dialgate/helper.json
systemctl restart dialgate-helper && ! ${cli} status | grep longst`,
  );
  await check('the guard is disabled', `${cli} guard disable`);
}

async function disabledBoot({ check, proof, callers }: Boot): Promise<void> {
  await check(
    'the guard is off',
    `! ${armed} && ${cli} guard status --json | grep '"armed":"off"'`,
  );
  proof.that('a stranger gets in', await callers.stranger.getsIn());
  await check('a trial begins', `${cli} guard enable --test 10m --force; ${armed}`);
}

async function bootAfterTrial({ check }: Boot): Promise<void> {
  await check('it has no network', '! ip link show eth0');
  await check('the helper runs', 'systemctl is-active dialgate-helper');
  await check('dialgate runs', 'systemctl is-active dialgate');
  await check('the trial is over', `${cli} guard status; ! ${armed}`);
  await check('the entry stands', entryStands);
  await check('beside iptables: helper and its children ipset and conntrack do their work', beside);
  await check('fail2ban is asked through a socket that systemd made', unban);
  await check('exposure by systemd-analyze security', exposure);
}

export const boots: readonly BootPlan[] = [
  {
    title: 'After installation',
    network: true,
    guarded: false,
    ends: 'power cut',
    steps: installed,
  },
  { title: 'Armed', network: true, guarded: true, ends: 'shut down', steps: armedBoot },
  {
    title: 'With a faulty helper.json',
    network: true,
    guarded: false,
    ends: 'shut down',
    steps: brokenAtBoot,
  },
  { title: 'Disabled', network: true, guarded: false, ends: 'power cut', steps: disabledBoot },
  {
    title: 'After a trial, without network',
    network: false,
    guarded: false,
    ends: 'shut down',
    steps: bootAfterTrial,
  },
];
