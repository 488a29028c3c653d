#!/usr/bin/env node
import { connect } from 'node:net';
import { argv, exit } from 'node:process';
import type { WireAnswer } from '../../firewall/wire.ts';
import { addressFault, groups6, text6 } from '../../firewall/wire-address.ts';

/**
 * `is-open ADDRESS [SOCKET]` ends with 0 when the helper has the address open, else
 * with 1: fail2ban's ignorecommand. Whatever goes wrong is a 1, so that fail2ban bans
 * as it would without us.
 */
const [address = '', socketPath = '/run/dialgate-helper/helper.sock'] = argv.slice(2);
/** fail2ban waits for us. Milliseconds. */
const patience = 3000;

setTimeout(() => exit(1), patience);
if (addressFault(address) !== undefined) exit(1);

const socket = connect(socketPath);
let said = '';
socket.setEncoding('utf8');
socket.on('error', () => exit(1));
socket.on('close', () => exit(1));
socket.on('data', (text: string) => {
  said += text;
  if (!text.includes('\n')) return;
  for (const line of said.split('\n').slice(0, -1)) {
    const answer = JSON.parse(line) as Partial<WireAnswer>;
    if (answer.id === 1) exit(holds(answer) ? 0 : 1);
  }
});
socket.write('{"id":1,"verb":"list"}\n');

function holds(answer: Partial<WireAnswer>): boolean {
  const open = 'addresses' in answer ? (answer.addresses ?? []) : [];
  const six = address.includes(':') ? groups6(address) : undefined;
  const network = six && `${text6([...six.slice(0, 4), 0, 0, 0, 0])}/64`;
  return open.some((one) => one.address === address || one.address === network);
}
