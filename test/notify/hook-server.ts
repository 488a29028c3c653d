import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';

export interface Posted {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HookServer {
  readonly url: string;
  /** All that was posted so far, taken or not. */
  readonly posted: Posted[];
  /** Answers from now on. */
  answer: (posted: Posted, response: ServerResponse) => void;
  close(): Promise<void>;
}

const open: HookServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

/** A receiver of webhooks on loopback, which takes whatever comes. */
export async function hookServer(port = 0): Promise<HookServer> {
  const posted: Posted[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => (body += piece));
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, body };
      posted.push(one);
      hooks.answer(one, response);
    });
  });
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  const hooks: HookServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posted,
    answer: (_posted, response) => response.writeHead(204).end(),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
  open.push(hooks);
  return hooks;
}

/** Written from the specification alone (standardwebhooks.com), as a receiver would. */
export function isGenuine({ headers, body }: Posted, secret: Buffer): boolean {
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const right = createHmac('sha256', secret).update(signed, 'utf8').digest('base64');
  return String(headers['webhook-signature'])
    .split(' ')
    .some((signature) => signature === `v1,${right}`);
}
