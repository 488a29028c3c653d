import { expect, test } from 'vitest';
import { dialgate, json, printed } from './command-line.ts';

test('services are listed with ports, purpose and who opens them', async () => {
  await dialgate('user', 'add', 'anna', '--service', 'sip');
  await dialgate('user', 'add', 'otto', '--service', 'sip', '--disabled');
  expect(await dialgate('service', 'list')).toBe(0);
  expect(printed().at(-1)?.split('\n')).toEqual([
    'NAME  PORTS           OPENED BY       WHAT FOR',
    'web   tcp/80 tcp/443  calls           web pages',
    'sip   udp/5060        1 user by name  -',
  ]);
});

test('as JSON they are what the API says', async () => {
  expect(await dialgate('service', 'list', '--json')).toBe(0);
  expect(json()).toEqual([
    { name: 'web', ports: ['tcp/80', 'tcp/443'], about: 'web pages', usual: true, users: 0 },
    { name: 'sip', ports: ['udp/5060'], about: null, usual: false, users: 0 },
  ]);
});
