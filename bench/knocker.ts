/**
 * Tries a port with a fresh connection every millisecond until its standard
 * input ends: a SYN that is sent again after a second would hide the delay.
 */
import { connect } from 'node:net';

const [host = '', port = ''] = process.argv.slice(2);
const longest = setTimeout(() => process.exit(0), 20_000);
const attempts = setInterval(() => {
  const socket = connect({ host, port: Number(port) });
  socket.on('error', () => socket.destroy());
  socket.on('connect', () => socket.destroy());
  setTimeout(() => socket.destroy(), 900);
}, 1);
process.stdin.resume().on('end', () => {
  clearTimeout(longest);
  clearInterval(attempts);
  process.exit(0);
});
