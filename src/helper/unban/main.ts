#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { log, reasonOf } from '../log.ts';
import { listenForUnban } from './unban-server.ts';

const usage = `dialgate-unban [--socket PATH] [--client PATH] [--fail2ban-socket PATH]

Lifts fail2ban's bans on single addresses, for dialgate-helper, which is not root.
It can do nothing else. Listens where systemd says (dialgate-unban.socket), or at
--socket, and ends when nobody has asked for a minute.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      socket: { type: 'string' },
      client: { type: 'string', default: '/usr/bin/fail2ban-client' },
      'fail2ban-socket': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(usage);
  // sd_listen_fds(3): the first socket passed is descriptor 3
  const passed = process.env['LISTEN_PID'] === String(process.pid);
  const at = passed ? { fd: 3 } : values.socket === undefined ? undefined : { path: values.socket };
  if (!at) throw new Error('No socket: start dialgate-unban.socket, or give --socket.');
  const server = values['fail2ban-socket'];
  await listenForUnban({
    at,
    client: values.client,
    args: server === undefined ? [] : ['-s', server],
    idle: passed ? () => process.exit(0) : () => {},
    log,
  });
  log('ready', { socket: passed ? 'systemd' : values.socket });
  process.once('SIGTERM', () => process.exit(0));
  process.once('SIGINT', () => process.exit(0));
}

main().catch((error: unknown) => {
  process.stderr.write(`dialgate-unban: ${reasonOf(error)}\n`);
  process.exit(1);
});
