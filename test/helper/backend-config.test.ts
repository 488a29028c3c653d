import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/helper/config/config.ts';
import { rulesFor } from '../../src/helper/rules-for.ts';

const good = {
  socket: '/run/dialgate/helper.sock',
  services: { web: ['tcp/443'], sip: ['udp/5060-5061'] },
  longest: 3600,
  mostAddresses: 100,
};
const sets = { web: { ipv4: 'web4', ipv6: 'web6' }, sip: { ipv4: 'sip4' } };
const set = { table: 'inet filter', sets };
const withKeys = (keys: object): string => JSON.stringify({ ...good, ...keys });

describe('"backend" in helper.json', () => {
  it('is the guard unless it says otherwise, and nothing lingers', () => {
    const config = readConfig(withKeys({}));
    expect([config.backend, config.linger]).toEqual([{ kind: 'guard' }, 0]);
    expect(config.conntrack[0]).toBe('/usr/sbin/conntrack');
    expect(rulesFor(config)).toContain('chain strangers');
  });

  it('names the sets of each service, and how they are made', () => {
    const config = readConfig(withKeys({ backend: 'set', set }));
    expect(config.backend).toMatchObject({ kind: 'set', family: 'inet', table: 'filter' });
    expect(rulesFor(config).split('\n')).toEqual([
      "nft 'add set inet filter web4 { type ipv4_addr; flags timeout; counter; size 164; }'",
      "nft 'add set inet filter web6 { type ipv6_addr; flags timeout; counter; size 164; }'",
      "nft 'add set inet filter sip4 { type ipv4_addr; flags timeout; counter; size 164; }'",
      '',
    ]);
  });

  it('names sets of standing entries where there may be any', () => {
    const standing = { most: 100 };
    const rules = (keys: object): string[] =>
      rulesFor(readConfig(withKeys({ ...keys, standing }))).split('\n');
    expect(rules({ backend: 'set', set })).toEqual(
      expect.arrayContaining([
        "nft 'add set inet filter web6_stand { type ipv6_addr; flags timeout; size 65736; }'",
        "nft 'add set inet filter sip4_standnet { type ipv4_addr . inet_proto; flags interval,timeout; }'",
      ]),
    );
    expect(rules({ backend: 'set', set })).toHaveLength(10);
    expect(rules({ backend: 'ipset' })).toContain(
      'ipset -exist create dialgate_web6s hash:net family inet6 timeout 0 maxelem 65736',
    );
  });

  it('names ipsets by prefix, service and family', () => {
    const config = readConfig(withKeys({ backend: 'ipset', ipset: { prefix: 'gate' } }));
    expect(rulesFor(config)).toContain(
      'ipset -exist create gate_sip6 hash:net family inet6 timeout 0 counters maxelem 164\n',
    );
    expect(readConfig(withKeys({ backend: 'ipset' })).backend).toEqual({
      kind: 'ipset',
      prefix: 'dialgate',
    });
  });

  it.each([
    [{ backend: 'firewalld' }, /backend: must be one of guard, set, ipset/],
    [{ set }, /set: is there, but "backend" is "guard"/],
    [{ backend: 'ipset', set }, /set: is there, but "backend" is "ipset"/],
    [{ backend: 'set' }, /set.table: must be family and name/],
    [{ backend: 'set', set: { ...set, table: 'filter' } }, /such as "inet filter"/],
    [{ backend: 'set', set: { ...set, table: 'inet a; flush' } }, /set.table: must be/],
    [{ backend: 'set', set: { ...set, table: 'inet dialgate' } }, /is the helper's own name/],
    [{ backend: 'set', set: { table: 'inet filter' } }, /set.sets: must be an object/],
    [{ backend: 'set', set: { ...set, sets: { web: sets.web } } }, /set.sets.sip: must name a set/],
    [{ backend: 'set', set: { ...set, sets: { ...sets, ftp: {} } } }, /there is no key "ftp"/],
    [
      { backend: 'set', set: { ...set, sets: { ...sets, sip: { ipv4: 'a b' } } } },
      /set.sets.sip.ipv4: must be the name of a set/,
    ],
    [
      { backend: 'set', set: { ...set, sets: { ...sets, sip: { ipv4: 'web4' } } } },
      /web4 is named twice/,
    ],
    [{ backend: 'set', set, networks: true }, /set.sets.web.ipv6net: must name a set/],
    [{ backend: 'ipset', ipset: { prefix: 'Gate' } }, /ipset.prefix: must be a name/],
    [{ backend: 'ipset', ipset: { name: 'gate' } }, /ipset: there is no key "name"/],
    [{ backend: 'ipset', longest: 3_000_000 }, /longest: must be a whole number from 1 to 2147483/],
    [{ linger: -1 }, /linger: must be a whole number from 0 to 14400/],
    [{ conntrack: ['conntrack'] }, /conntrack: must be an absolute path/],
  ])('%j is refused', (keys, words) => {
    expect(() => readConfig(withKeys(keys))).toThrow(words);
  });
});
