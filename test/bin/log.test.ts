import { expect, it } from 'vitest';
import { createLog } from '../../src/bin/log.ts';
import { operations } from '../http/operations.ts';
import { ask, openHouse } from '../http/workshop.ts';

function log() {
  let text = '';
  const write = (line: string): void => void (text += line);
  return { log: createLog('trace', { write }), text: () => text };
}

const secret = 'hunter2-hunter2';

it('what has the name of a secret is not written, wherever it hangs', () => {
  const { log: it, text } = log();
  for (const name of [
    ...['authorization', 'Authorization', 'cookie', 'set-cookie', 'Set-Cookie', 'pin', 'pinHash'],
    ...['knockCode', 'codes', 'oneTimeCode', 'token', 'secret', 'password', 'totp', 'key'],
    ...['Idempotency-Key', 'uri'],
  ]) {
    it.trace({ [name]: secret }, 'at the top');
    it.info({ request: { headers: { [name]: secret } } }, 'in headers');
    it.warn({ a: [{ b: { body: { [name]: [secret] } } }] }, 'deep');
    it.child({ part: 'one' }).error({ body: { [name]: { value: secret } } }, 'of a child');
  }
  expect(text()).not.toContain(secret);
  expect(text().match(/\[secret\]/g)).toHaveLength(4 * 17);
});

it('what is no secret is written as it is', () => {
  const { log: it, text } = log();
  it.info({ event: 'call', callId: 7, at: new Date(0), list: ['a', { code: 'ENOENT' }] }, 'so');
  expect(JSON.parse(text())).toMatchObject({
    event: 'call',
    callId: 7,
    at: '1970-01-01T00:00:00.000Z',
    list: ['a', { code: 'ENOENT' }],
    msg: 'so',
  });
});

it('an error is its words, its stack and its causes; what hangs on it is left out', () => {
  const { log: it, text } = log();
  const cause = Object.assign(new Error('the inner one'), { code: 'ECONNRESET', body: secret });
  const error = Object.assign(new Error('the outer one', { cause }), {
    config: { headers: { Authorization: secret }, data: secret },
    request: secret,
  });
  it.error({ err: error }, 'failed');
  it.error({ error }, 'failed');
  it.error(error, 'failed');
  expect(text()).not.toContain(secret);
  const [line = ''] = text().split('\n');
  expect(JSON.parse(line)).toMatchObject({
    err: { message: 'the outer one', cause: { message: 'the inner one', code: 'ECONNRESET' } },
  });
});

it('what contains itself ends', () => {
  const { log: it, text } = log();
  const ring: Record<string, unknown> = { secret };
  ring['self'] = ring;
  it.info(ring, 'round');
  expect(text()).toContain('round');
  expect(text()).not.toContain(secret);
});

it('no secret that comes by REST is in the log at its most talkative, whatever becomes of the request', async () => {
  const { log: it, text } = log();
  const house = await openHouse({ log: it });
  const mark = (n: number): string => `Zq7${n}hidden${n}Zq7`;
  let n = 0;
  for (const { method, path, body } of operations) {
    if (path === '/v1/events') continue;
    const sent = mark(++n);
    const given = {
      name: sent,
      knockCode: sent,
      pin: sent,
      token: sent,
      password: sent,
      note: sent,
    };
    for (const [token, what] of [
      [house.admin, { ...body, ...given }],
      [house.admin, `{"pin": "${sent}"`],
      [sent, body ?? given],
      [house.operator, given],
    ] as const) {
      const plain = method === 'GET' || method === 'DELETE';
      await ask(house.at, method, path, {
        token,
        ...(!plain && { body: what }),
        headers: {
          Cookie: `dialgate_session=${sent}`,
          'Idempotency-Key': sent,
          'X-Secret': sent,
          'X-Forwarded-For': sent,
        },
      });
      await ask(house.at, method, `${path}${path.includes('?') ? '&' : '?'}pin=${sent}`, { token });
    }
  }
  // what the rules themselves make and show once
  const made = await ask(house.at, 'POST', '/v1/users', {
    token: house.admin,
    body: { name: 'zora' },
  });
  const token = await ask(house.at, 'POST', '/v1/tokens', {
    token: house.admin,
    body: { name: 'night', role: 'auditor' },
  });
  expect([made.status, token.status]).toEqual([201, 201]);
  expect(text().split('\n').length).toBeGreaterThan(n * 8);
  expect(text()).not.toMatch(/Zq7\d+hidden/);
  const { knockCode, pin } = made.body;
  for (const one of [house.admin, house.operator, knockCode, pin, token.body['secret']]) {
    expect(String(one).length).toBeGreaterThan(3);
    expect(text()).not.toContain(`"${String(one)}"`);
    if (String(one).length > 8) expect(text()).not.toContain(String(one));
  }
}, 60_000);
