// Sends many datagrams and ends. Runs inside a namespace whose loopback has a local route for the sources.
//   spread PREFIX FROM TO HOST PORT-FROM PORT-TO PACKETS
//     from each source PREFIX + n (198.18. or fd00:18::) or with n for the star (fd00:18:*::1), so many datagrams to one port by chance
//   sweep SOURCE HOST PORT-FROM PORT-TO
//     from one source to every port in order
import { createSocket } from 'node:dgram';

const familyOf = (host) => (host.includes(':') ? 'udp6' : 'udp4');

function bound(source) {
  const socket = createSocket(familyOf(source));
  return new Promise((done, fail) => {
    socket.on('error', fail);
    socket.bind(0, source, () => done(socket));
  });
}

const send = (socket, port, host) =>
  new Promise((done) => socket.send('knock', port, host, () => done()));

async function spread(prefix, from, to, host, first, last, packets) {
  const ports = Number(last) - Number(first) + 1;
  for (let n = Number(from); n < Number(to); n++) {
    const end = prefix.includes(':') ? n.toString(16) : `${n >> 8}.${n & 255}`;
    const socket = await bound(prefix.includes('*') ? prefix.replace('*', end) : prefix + end);
    const port = Number(first) + Math.floor(Math.random() * ports);
    for (let k = 0; k < Number(packets); k++) await send(socket, port, host);
    socket.close();
  }
}

async function sweep(source, host, first, last) {
  const socket = await bound(source);
  for (let port = Number(first); port <= Number(last); port++) await send(socket, port, host);
  socket.close();
}

const [verb, ...rest] = process.argv.slice(2);
await { spread, sweep }[verb](...rest);
