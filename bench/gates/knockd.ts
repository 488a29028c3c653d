import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logOf, startDaemon } from './daemon.ts';
import { port, type Contestant } from './gate.ts';
import { restore, writeRules } from './iptables.ts';

const ruleFor = (address: string): string =>
  `-A INPUT -s ${address} -p tcp --dport ${port} -j ACCEPT`;
const knocks = '7000,8000,9000';

/** As Debian's knockd.conf has it, but for the port. */
export const knockd: Contestant = {
  name: 'knockd',
  trigger: 'the last knock leaves',
  entry: 'an accept rule in INPUT, to which its command appends',
  async start(place, entries) {
    const { pair, folder, prober } = place;
    const rules = join(folder, 'rules.v4');
    await writeRules(rules, entries, ruleFor);
    await restore(pair.server, rules);
    const config = join(folder, 'knockd.conf');
    writeFileSync(
      config,
      `[options]
  LogFile = ${logOf(place)}
[open]
  sequence    = ${knocks}
  seq_timeout = 5
  command     = /sbin/iptables ${ruleFor('%IP%')}
  tcpflags    = syn
`,
    );
    const daemon = await startDaemon(
      place,
      ['usr/sbin/knockd', '-i', 'to-client', '-c', config],
      /listening on/,
    );
    return {
      open: (address) => prober.sending(address, `syn ${knocks}`),
      remove: () => daemon.stop(),
    };
  },
};
