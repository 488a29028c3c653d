import { get } from 'node:http';
import type { Heard, Shot } from './shots.ts';

/** How long they wait for all that should come, in ms. */
const patience = 60_000;

/** Follows the events on several connections. `ready` is called when all of them are answered. */
export async function listen(
  { at, tokens, events }: Extract<Shot, { what: 'listen' }>,
  ready: () => void,
): Promise<Heard> {
  const delays: number[] = [];
  let answered = 0;
  const all = tokens.map((token) =>
    follow(
      at,
      token,
      events,
      () => {
        if (++answered === tokens.length) ready();
      },
      (delay) => delays.push(delay),
    ),
  );
  await Promise.all(all);
  return { delays };
}

function follow(
  at: string,
  token: string,
  events: number,
  answered: () => void,
  came: (delay: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    const asked = get(`${at}/v1/events`, { agent: false, headers }, (response) => {
      if (response.statusCode !== 200) {
        reject(new Error(`the events answer ${response.statusCode}`));
        return;
      }
      answered();
      let left = events;
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        const now = performance.timeOrigin + performance.now();
        const whole = `${text}${piece}`.split('\n\n');
        text = whole.pop() ?? '';
        for (const event of whole) {
          if (!event.includes('event: user-changed')) continue;
          const data = /^data: (.*)$/m.exec(event)?.[1] ?? '{}';
          came(now - Date.parse((JSON.parse(data) as { at: string }).at));
          if (--left > 0) continue;
          clearTimeout(timer);
          asked.destroy();
          resolve();
        }
      });
    });
    const timer = setTimeout(() => {
      asked.destroy();
      reject(new Error('not all events have come'));
    }, patience);
    asked.on('error', reject);
  });
}
