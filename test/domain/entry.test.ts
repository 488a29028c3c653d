import { describe, expect, it } from 'vitest';
import { networkRefusalOf } from '../../src/domain/address-rules.ts';
import { networkText, parseNetwork, type Address, type Network } from '../../src/domain/address.ts';
import { isNote, isSource, merged, parseTarget, type Standing } from '../../src/domain/entry.ts';

const network = (text: string): Network => parseNetwork(text)!;

describe('a target', () => {
  it.each([
    ['203.0.113.7', { kind: 'host', address: '203.0.113.7' }],
    ['203.0.113.7/32', { kind: 'host', address: '203.0.113.7' }],
    ['2001:DB8:0::7', { kind: 'host', address: '2001:db8::7' }],
    ['2001:db8::7/128', { kind: 'host', address: '2001:db8::7' }],
    ['198.51.100.0/24', { kind: 'network', network: '198.51.100.0/24' }],
    ['2001:0DB8:0:1::/64', { kind: 'network', network: '2001:db8:0:1::/64' }],
    ['0.0.0.0/0', { kind: 'network', network: '0.0.0.0/0' }],
    ['sip.Example.NET.', { kind: 'name', name: 'sip.example.net' }],
    ['4.voip-1.example', { kind: 'name', name: '4.voip-1.example' }],
    ['xn--bcher-kva.example', { kind: 'name', name: 'xn--bcher-kva.example' }],
  ])('is read from %s', (text, target) => {
    expect(parseTarget(text)).toEqual(target);
  });

  it.each([
    '',
    ' ',
    '203.0.113',
    '203.0.113.256',
    '203.0.113.7.8',
    '203.0.113.07',
    '198.51.100.7/24',
    '198.51.100.0/33',
    '2001:db8::/129',
    '2001:db8::1/64',
    'fe80::1%eth0',
    'localhost',
    'a..example.net',
    '.example.net',
    'example.net..',
    '-a.example.net',
    'a-.example.net',
    'a b.example.net',
    'a_b.example.net',
    'a.example.net\n',
    'bücher.example',
    `${'a'.repeat(64)}.example.net`,
    `${'a.'.repeat(127)}net`,
  ])('is not read from "%s"', (text) => {
    expect(parseTarget(text)).toBeUndefined();
  });
});

it.each([
  ['198.51.100.0/24', '198.51.100.0/24'],
  ['203.0.113.7', '203.0.113.7'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['::/0', '::/0'],
  ['2001:0db8:0000:0000::/32', '2001:db8::/32'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
])('the network %s is written %s', (text, written) => {
  expect(networkText(network(text))).toBe(written);
});

it('a note is one line of at most 200 characters', () => {
  expect(['', 'x'.repeat(200), 'zażółć 🐙'].every(isNote)).toBe(true);
  expect(['x'.repeat(201), 'a\nb', 'a\u0000', 'a\u202eb'].some(isNote)).toBe(false);
});

it('a source is one of those that there are', () => {
  expect(['administrator', 'catalogue', 'import:travelin-man'].every(isSource)).toBe(true);
  expect(['', 'import:', 'import:A', 'catalogue ', 'import:a b'].some(isSource)).toBe(false);
});

describe('a network may be let in', () => {
  const usual = { own: ['198.51.100.9' as Address], alsoAllowed: [] };

  it.each([
    ['8.8.8.0/24', undefined],
    ['2a00:1450::/32', undefined],
    ['0.0.0.0/0', 'everything'],
    ['::/0', 'everything'],
    ['0.0.0.0/1', 'impossible'],
    ['10.1.0.0/16', 'private'],
    ['192.0.0.0/8', 'reserved'],
    ['172.0.0.0/8', 'private'],
    ['198.51.100.0/24', 'own'],
    ['fd00::/16', 'private'],
    ['2000::/3', 'reserved'],
    ['4000::/16', 'reserved'],
  ])('%s: %s', (text, refusal) => {
    expect(networkRefusalOf(network(text), usual)).toBe(refusal);
  });

  it('where the site allows all of it, though it is private, reserved or own', () => {
    const rules = { ...usual, alsoAllowed: ['10.0.0.0/8', '198.51.100.0/24'].map(network) };
    expect(networkRefusalOf(network('10.1.0.0/16'), rules)).toBeUndefined();
    expect(networkRefusalOf(network('198.51.100.0/25'), rules)).toBeUndefined();
    expect(networkRefusalOf(network('8.0.0.0/6'), rules)).toBe('private');
    const all = { own: [], alsoAllowed: ['0.0.0.0/0', '::/0'].map(network) };
    expect(networkRefusalOf(network('0.0.0.0/0'), all)).toBe('everything');
    expect(networkRefusalOf(network('::/0'), all)).toBe('everything');
    expect(networkRefusalOf(network('0.0.0.0/1'), all)).toBeUndefined();
  });
});

describe('what entries add up to', () => {
  const line = (target: string, services: string[], until: number | null): Standing => ({
    target,
    services,
    until,
  });

  it('is each by itself where their targets differ', () => {
    const all = [line('203.0.113.7', ['web'], null), line('203.0.113.8', ['sip'], 5)];
    expect(merged(all)).toEqual(all);
  });

  it('is the longest of each service where their targets are the same', () => {
    const all = [
      line('203.0.113.7', ['web', 'sip'], 500),
      line('203.0.113.7', ['sip'], null),
      line('203.0.113.7', ['web', 'rtp'], 400),
      line('203.0.113.7', ['ssh'], 500),
    ];
    expect(merged(all)).toEqual([
      line('203.0.113.7', ['web', 'ssh'], 500),
      line('203.0.113.7', ['sip'], null),
      line('203.0.113.7', ['rtp'], 400),
    ]);
  });

  it('is one line where all end alike', () => {
    const all = [line('203.0.113.7', ['web'], null), line('203.0.113.7', ['sip'], null)];
    expect(merged(all)).toEqual([line('203.0.113.7', ['web', 'sip'], null)]);
  });
});
