import { createRequire } from 'node:module';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';

const require = createRequire(import.meta.url);
const { transportFor } = require('../../src/asterisk/npm/swagger-client/transport.js') as {
  transportFor(who: {
    username: string;
    password: string;
  }): (method: string, url: URL) => Promise<{ status: number; data: Buffer }>;
};

/** Answers the first request of a connection, and closes it when the second comes. */
function answerOnce(socket: Socket): void {
  let asked = 0;
  socket.on('error', () => undefined);
  socket.on('data', () => {
    if (++asked > 1) socket.resetAndDestroy();
    else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok');
  });
}

const server = createServer(answerOnce);
let url: URL;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/ari/asterisk/ping`);
});
afterAll(() => void server.close());

test('connections that Asterisk closes all at once cost no request', async () => {
  const transport = transportFor({ username: 'lab', password: 'lab' });
  const ask = (times: number): Promise<number[]> =>
    Promise.all(Array.from({ length: times }, async () => (await transport('GET', url)).status));
  expect(await ask(6)).toEqual([200, 200, 200, 200, 200, 200]);
  // this one meets a connection that is closed under its hands, and five more like it are idle
  expect(await ask(1)).toEqual([200]);
});
