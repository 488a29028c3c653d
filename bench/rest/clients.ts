import autocannon from 'autocannon';
import { listen } from './listening.ts';
import type { Fired, Report, Shot } from './shots.ts';

/** Fires at a server from a process of its own, so that what the clients cost is not the server's. */

type FiringShot = Extract<Shot, { what: 'list' | 'pairs' }>;
type Requests = readonly autocannon.Request[];

let last = 0;
/** One that nothing is open for. Of the network for benchmarks (RFC 2544). */
const fresh = (): string => `198.18.${(last >> 8) & 255}.${last++ & 255}`;

function pairsOf({ user }: FiringShot): Requests {
  return [
    {
      method: 'POST',
      path: '/v1/grants',
      setupRequest: (request) => ({ ...request, body: JSON.stringify({ user, address: fresh() }) }),
      onResponse: (_status, body, context) => {
        (context as { id?: number }).id = (JSON.parse(body) as { id: number }).id;
      },
    },
    {
      method: 'DELETE',
      setupRequest: (request, context) => ({
        ...request,
        path: `/v1/grants/${(context as { id?: number }).id}`,
      }),
    },
  ];
}

async function fire(shot: FiringShot): Promise<Fired> {
  const { what, at, token, connections, seconds } = shot;
  const times: Record<string, number[]> = {};
  const running = autocannon(
    {
      url: at,
      connections,
      duration: seconds,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      requests: [...(what === 'list' ? [{ path: '/v1/grants' }] : pairsOf(shot))],
    },
    () => undefined,
  );
  const began = performance.now();
  running.on('response', (_client, status, _bytes, ms) => {
    (times[status] ??= []).push(ms);
  });
  await new Promise((resolve) => running.once('done', resolve));
  return { seconds: (performance.now() - began) / 1000, times };
}

const say = (report: Report): void => void process.send?.(report);

process.on('message', (shot: Shot) => {
  const done =
    shot.what === 'listen'
      ? listen(shot, () => say({ ready: true })).then((heard) => say({ heard }))
      : fire(shot).then((fired) => say({ fired }));
  done.catch((error: unknown) => say({ failed: String(error) }));
});
process.on('disconnect', () => process.exit(0));
