import { expect, it } from 'vitest';
import { ask, openHouse } from './workshop.ts';

it('services are told to every role; a firewall that knows names only leaves the rest null', async () => {
  const house = await openHouse();
  await ask(house.at, 'POST', '/v1/users', {
    token: house.admin,
    body: { name: 'mira', services: ['sip'] },
  });
  const answer = await ask(house.at, 'GET', '/v1/services', { token: house.auditor });
  expect([answer.status, answer.body]).toEqual([
    200,
    {
      items: [
        { name: 'web', ports: null, about: null, usual: true, users: 0 },
        { name: 'sip', ports: null, about: null, usual: false, users: 1 },
      ],
      next: null,
    },
  ]);
});

it('the firewall being away is said', async () => {
  const { at, admin } = await openHouse({
    rules: {
      services: async () => {
        const { AccessError } = await import('../../src/domain/access-error.ts');
        throw new AccessError('firewall-unavailable', 'The helper is away.');
      },
    },
  });
  expect((await ask(at, 'GET', '/v1/services', { token: admin })).status).toBe(503);
});
