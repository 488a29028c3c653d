import { describe, expect, it } from 'vitest';
import { createBadTokens } from '../../src/http/bad-tokens.ts';

const count = (badTokens: ReturnType<typeof createBadTokens>, address: string, times: number) => {
  let wait: number | undefined;
  for (let i = 0; i < times; i += 1) wait = badTokens.count(address, 0);
  return wait;
};

describe('bad tokens', () => {
  it('are forgiven ten times a minute, for each address by itself', () => {
    const badTokens = createBadTokens();
    expect(count(badTokens, '203.0.113.7', 10)).toBeUndefined();
    expect(badTokens.count('203.0.113.7', 59_999)).toBe(1);
    expect(badTokens.count('203.0.113.8', 0)).toBeUndefined();
    expect(badTokens.count('203.0.113.7', 60_000)).toBeUndefined();
  });

  it('count together within one IPv6 /64, however it is written, and apart beyond it', () => {
    const badTokens = createBadTokens();
    const same = [
      '2001:db8:1:2::1',
      '2001:db8:1:2:3:4:5:6',
      '2001:db8:1:2:ffff::',
      '2001:db8:1:2::9:9',
    ];
    for (const address of same) expect(count(badTokens, address, 2)).toBeUndefined();
    expect(count(badTokens, '2001:db8:1:3::1', 10)).toBeUndefined();
    expect(count(badTokens, '2001:db8:1:2::77', 3)).toBe(60);
    expect(count(badTokens, '::1', 10)).toBeUndefined();
    expect(count(badTokens, '::ffff:203.0.113.7', 10)).toBeUndefined();
    expect(count(badTokens, '::ffff:203.0.113.8', 10)).toBeUndefined();
  });

  it('forgive when the clock is set back, rather than lock for ever', () => {
    const badTokens = createBadTokens();
    for (let i = 0; i < 50; i += 1) badTokens.count('203.0.113.7', 1_000_000_000);
    expect(badTokens.count('203.0.113.7', 5)).toBeUndefined();
  });

  it('forget the oldest of a thousand addresses, so that a flood takes no memory', () => {
    const badTokens = createBadTokens();
    count(badTokens, '203.0.113.7', 11);
    for (let i = 0; i < 999; i += 1) badTokens.count(`198.51.100.${i}`, 0);
    expect(badTokens.count('203.0.113.7', 0)).toBe(60);
    badTokens.count('192.0.2.1', 0);
    expect(badTokens.count('203.0.113.7', 0)).toBeUndefined();
  });
});
