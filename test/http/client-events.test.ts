import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import type { AccessError } from '../../src/domain/access-error.ts';
import { createFollow, type ServerEvent } from '../../src/http/client.ts';
import { letGoOf, openHouse } from './workshop.ts';

const never = new AbortController().signal;

async function stranger(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  letGoOf(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const said =
  (...pieces: readonly string[]): RequestListener =>
  (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    for (const piece of pieces) response.write(piece);
  };

/** What comes, and how it ends. */
async function all(
  url: string,
  { token = 'abc', silence = 0.3 } = {},
): Promise<{ events: ServerEvent[]; error: AccessError | undefined }> {
  const events: ServerEvent[] = [];
  try {
    for await (const event of createFollow({ url, token }, { silence })('/v1/events', never)) {
      events.push(event);
    }
  } catch (error) {
    return { events, error: error as AccessError };
  }
  return { events, error: undefined };
}

it('gives events whole, however they were cut; and a server that falls silent is left', async () => {
  const url = await stranger(
    said(
      'retry: 3000\n\nid: 7\nev',
      'ent: gate-opened\ndata: {"a":',
      '1}\r',
      '\n\r\n: quiet\nid: 9\n\n',
    ),
  );
  const { events, error } = await all(url);
  expect(events).toEqual([
    { id: undefined, kind: 'message', data: undefined },
    { id: '7', kind: 'gate-opened', data: '{"a":1}' },
    { id: '9', kind: 'message', data: undefined },
  ]);
  expect(error).toMatchObject({
    code: 'internal',
    message: `${url} has said nothing for 0.3 seconds.`,
  });
});

it('ends with the server, and says how it broke', async () => {
  const ends = await stranger((request, response) => {
    said('id: 1\n\n')(request, response);
    response.end();
  });
  expect(await all(ends, { silence: 5 })).toMatchObject({
    events: [{ id: '1' }],
    error: undefined,
  });
  const breaks = await stranger((request, response) => {
    said('id: 1\n\n')(request, response);
    setImmediate(() => response.destroy());
  });
  expect((await all(breaks, { silence: 5 })).error).toMatchObject({ code: 'internal' });
});

it('takes no answer for events that is none, and reads none that is endless', async () => {
  const house = await openHouse();
  expect((await all(house.at, { token: 'wrong', silence: 5 })).error?.code).toBe('unauthorized');
  const json = await stranger((_, response) =>
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}'),
  );
  expect((await all(json, { silence: 5 })).error?.message).toMatch(/no events/);
  const endless = await stranger((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const more = setInterval(() => response.write('x'.repeat(65_536)), 1);
    response.once('close', () => clearInterval(more));
  });
  expect((await all(endless, { silence: 5 })).error?.message).toMatch(/too large/);
});

it('ends quietly when it is told to, and lets go of the connection', async () => {
  let closed: Promise<unknown> | undefined;
  const url = await stranger((request, response) => {
    closed = once(response, 'close');
    said('id: 1\n\n')(request, response);
  });
  const controller = new AbortController();
  for await (const { id } of createFollow({ url, token: 'abc' })('/v1/events', controller.signal)) {
    expect(id).toBe('1');
    controller.abort();
  }
  await closed;
});
