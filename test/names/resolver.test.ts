import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import type { Names } from '../../src/domain/ports.ts';
import { createNames } from '../../src/names/resolver.ts';
import { startDnsServer, type DnsServer } from '../fixtures/dns-server.ts';
import { freeUdpPort } from '../fixtures/free-ports.ts';

const crowd = Array.from({ length: 200 }, (_, n) => `198.51.100.${n}`);

let server: DnsServer;
let names: Names;

beforeAll(async () => {
  server = await startDnsServer({
    names: [
      ['both.example.net', ['203.0.113.7', '2001:db8::7'], 77],
      ['two.example.net', ['203.0.113.8', '203.0.113.9'], 5000],
      ['six.example.net', ['2001:db8::8'], 30],
      ['brief.example.net', ['203.0.113.10'], 0],
      ['mapped.example.net', ['203.0.113.11', '::ffff:203.0.113.12'], 60],
      ['crowd.example.net', crowd, 60],
    ],
    silent: 'silent.example.net',
    broken: 'broken.example.net',
  });
  names = createNames({ servers: [server.at], patience: 1 });
});
afterAll(() => server.stop());

const reasons = async (name: string, by = names): Promise<string[]> =>
  (await by.resolve(name)).failures.map(({ family, reason }) => `${family}: ${reason}`);
const bothFail = (reason: string): string[] => [`4: ${reason}`, `6: ${reason}`];

describe('a name', () => {
  it('has the addresses of both families, and the shortest TTL', async () => {
    expect(await names.resolve('both.example.net')).toEqual({
      addresses: ['203.0.113.7', '2001:db8::7'],
      ttl: 77,
      failures: [],
    });
    expect((await names.resolve('brief.example.net')).ttl).toBe(0);
  });

  it.each([
    ['two.example.net', ['203.0.113.8', '203.0.113.9'], 5000],
    ['six.example.net', ['2001:db8::8'], 30],
  ])('of one family is no failure: %s', async (name, addresses, ttl) => {
    const found = await names.resolve(name);
    expect({ ...found, addresses: found.addresses.toSorted() }).toEqual({
      addresses,
      ttl,
      failures: [],
    });
  });

  it('has all its addresses, also when they do not fit into one packet', async () => {
    expect((await names.resolve('crowd.example.net')).addresses.toSorted()).toEqual(crowd.sort());
  });

  it('has no IPv4 address written as IPv6', async () => {
    expect((await names.resolve('mapped.example.net')).addresses).toEqual(['203.0.113.11']);
  });

  it('that there is not is a failure', async () => {
    expect(await names.resolve('nobody.example.net')).toMatchObject({ addresses: [] });
    expect(await reasons('nobody.example.net')).toEqual(bothFail('there is no such name'));
  });

  it('is asked for anew each time', async () => {
    server.rename('moving.example.net', ['203.0.113.20']);
    await sleep(200);
    expect((await names.resolve('moving.example.net')).addresses).toEqual(['203.0.113.20']);
    server.rename('moving.example.net', ['203.0.113.21']);
    await sleep(200);
    expect((await names.resolve('moving.example.net')).addresses).toContain('203.0.113.21');
  });
});

describe('a server', () => {
  it('that does not answer costs no more than the patience', async () => {
    const began = performance.now();
    expect(await reasons('silent.example.net')).toEqual(bothFail('no DNS server answered in time'));
    expect(performance.now() - began).toBeLessThan(1500);
  });

  it('that fails is a failure, with its reason', async () => {
    expect(await reasons('broken.example.net')).toEqual(
      bothFail('the DNS server failed (SERVFAIL)'),
    );
  });

  it('that will not answer for others is a failure', async () => {
    expect(await reasons('www.example.org')).toEqual(bothFail('the DNS server refused to answer'));
  });

  it('that is not there is a failure', async () => {
    const nowhere = createNames({ servers: [`127.0.0.1:${await freeUdpPort()}`], patience: 1 });
    expect(await reasons('both.example.net', nowhere)).toEqual(
      bothFail('no DNS server could be reached'),
    );
    expect(await nowhere.namesOf('203.0.113.7' as Address)).toEqual([]);
  });
});

describe('an address', () => {
  it('is called what the server says', async () => {
    expect(await names.namesOf('203.0.113.7' as Address)).toEqual(['both.example.net']);
    expect(await names.namesOf('2001:db8::8' as Address)).toEqual(['six.example.net']);
  });

  it('that is called nothing has no name', async () => {
    expect(await names.namesOf('203.0.113.99' as Address)).toEqual([]);
  });
});

it('answers a hundred questions at once', async () => {
  const all = await Promise.all(
    Array.from({ length: 100 }, () => names.resolve('both.example.net')),
  );
  expect(all.filter(({ addresses }) => addresses.length === 2)).toHaveLength(100);
});
