// Runs inside a namespace and does what its standard input says, a command a line:
// listen PORT | connect ID LOCAL HOST PORT | write ID TEXT | end ID | udp ID ADDRESS PORT | send ID HOST PORT TEXT
// Says on standard output what happens: up/refused/data/closed, each with the id.
// Connections that come in are named in1, in2, …
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

const sockets = new Map();
const say = (...words) => process.stdout.write(`${words.join(' ')}\n`);
let incoming = 0;

function follow(id, socket) {
  sockets.set(id, socket);
  let error = 'end';
  socket.on('data', (data) => say('data', id, data.toString()));
  socket.on('error', (fault) => (error = fault.code));
  socket.on('close', () => say('closed', id, error));
}

const commands = {
  listen(port) {
    createServer((socket) => {
      const id = `in${++incoming}`;
      follow(id, socket);
      socket.on('data', (data) => socket.write(`echo:${data.toString()}`));
      say('up', id);
    }).listen({ host: '::', port: Number(port) }, () => say('up', port));
  },
  connect(id, localAddress, host, port) {
    const socket = connect({ host, port: Number(port), localAddress });
    const timer = setTimeout(() => {
      say('refused', id);
      socket.destroy();
    }, 700);
    socket.on('connect', () => {
      clearTimeout(timer);
      say('up', id);
    });
    follow(id, socket);
  },
  write: (id, text) => sockets.get(id).write(text),
  end: (id) => sockets.get(id).destroy(),
  udp(id, address, port) {
    const family = address.includes(':') ? 'udp6' : 'udp4';
    const socket = createSocket(family).bind(Number(port), address, () => say('up', id));
    socket.on('error', () => {});
    socket.on('message', (data) => say('data', id, data.toString().slice(0, 20)));
    sockets.set(id, socket);
  },
  // a refusal by our own firewall is an error here, and no concern of the test
  send: (id, host, port, text) => sockets.get(id).send(text, Number(port), host, () => {}),
  big: (id, host, port) => sockets.get(id).send(Buffer.alloc(4000, 'x'), Number(port), host),
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const [verb, ...rest] = line.split(' ');
  commands[verb](...rest);
});
process.stdin.on('end', () => process.exit());
