import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import type { Standing } from '../../src/domain/entry.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { makeNamespace, type Namespace } from '../fixtures/namespace.ts';
import { ownIpsets, ownSets, whyNot, type OwnRules } from './hosts.ts';
import { soon } from './soon.ts';
import { HelperProcess, makeHome, type HelperHome } from './process.ts';

const guest = '203.0.113.7' as Address;
const opening = { address: guest, services: [{ service: 'web', seconds: 600 }] };

describe.skipIf(whyNot(ownIpsets) !== undefined)('beside rules of their own', () => {
  let space: Namespace;
  let home: HelperHome;
  let helper: HelperProcess;
  let firewall: HelperClient | undefined;

  async function start(own: OwnRules, prepare: (space: Namespace) => void, limits = {}) {
    space = makeNamespace();
    prepare(space);
    home = await makeHome({ ...own.limits, ...limits });
    helper = await HelperProcess.start(space, home);
    firewall = new HelperClient({ socket: home.socket });
    return firewall;
  }

  afterEach(async () => {
    firewall?.stop();
    firewall = undefined;
    await helper.end();
    space.remove();
    home.remove();
  });

  const refusal = async (promise: Promise<unknown>): Promise<string> => {
    const error: unknown = await promise.then(
      () => 'done',
      (refused: unknown) => refused,
    );
    expect(error).toMatchObject({ code: 'firewall-refused' });
    return (error as Error).message;
  };

  it('without the table, the helper says how it is made, and goes on when it is there', async () => {
    const client = await start(ownSets, () => undefined);
    let disturbed = 0;
    client.onDisturbed(() => disturbed++);
    const message = await refusal(client.open(opening));
    expect(message).toMatch(/There is no table inet filter\. It is made by: nft add table inet/);
    expect((await client.limits()).warnings).toEqual([message.replace(/^.*?: /, '')]);
    expect(await client.list()).toEqual([]);
    const before = disturbed;
    ownSets.before(space);
    await soon(() => disturbed > before);
    await client.open(opening);
    expect((await client.limits()).warnings).toBeUndefined();
  });

  it.each([
    ['dg_web4 { type ipv4_addr; }', /dg_web4 has not "flags timeout"/],
    ['dg_web4 { type ipv6_addr; flags timeout; }', /dg_web4 is of type ipv6_addr, not ipv4_addr/],
    ['dg_web4 { type ipv4_addr; flags timeout,interval; }', /dg_web4 has "flags interval"/],
    ['dg_other { type ipv4_addr; }', /There is no set inet filter dg_web4/],
  ])('with a set %s nobody is let in, and the command is named', async (set, words) => {
    const client = await start(ownSets, (its) => {
      ownSets.before(its);
      its.run('nft', 'flush chain inet filter input; delete set inet filter dg_web4');
      its.run('nft', `add set inet filter ${set}`);
    });
    const message = await refusal(client.open(opening));
    expect(message).toMatch(words);
    const command = /It is made by: nft '(.*)'$/i.exec(message)?.[1] ?? '';
    if (set.startsWith('dg_web4')) space.run('nft', 'delete set inet filter dg_web4');
    space.run('nft', command);
    await client.open(opening);
    expect((await client.list()).map(({ address }) => address)).toEqual([guest]);
  });

  it('a set without a counter serves, with a warning', async () => {
    const client = await start(ownSets, (its) => {
      ownSets.before(its);
      its.run('nft', 'flush chain inet filter input; delete set inet filter dg_web4');
      its.run('nft', 'add set inet filter dg_web4 { type ipv4_addr; flags timeout; }');
    });
    await client.open(opening);
    expect((await client.limits()).warnings).toEqual([
      expect.stringMatching(/dg_web4 has no counter/),
    ]);
  });

  it('an ipset of another kind is refused by name, until it is made right', async () => {
    const client = await start(ownIpsets, (its) =>
      its.run('ipset', 'create', 'dialgate_web4', 'hash:ip'),
    );
    const message = await refusal(client.open(opening));
    expect(message).toMatch(/The ipset dialgate_web4 is of type hash:ip, not hash:net/);
    space.run('ipset', 'destroy', 'dialgate_web4');
    for (let tries = 0; tries < 200; tries++) {
      if ((await client.open(opening).catch(() => 'no')) === undefined) break;
      await sleep(50);
    }
    expect((await client.list()).map(({ address }) => address)).toEqual([guest]);
  });

  const calling = { address: guest, services: [{ service: 'sip', seconds: 600 }] };

  it('a set that is missing keeps nobody out of another service, nor in it', async () => {
    const client = await start(ownSets, (its) => {
      ownSets.before(its);
      its.run('nft', 'flush chain inet filter input');
    });
    await client.open(calling);
    space.run('nft', 'delete set inet filter dg_web4');
    await client.close(guest);
    expect(await client.list()).toEqual([]);
    await client.open(calling);
    expect(await client.sync([])).toEqual({ opened: [], closed: [guest], failed: [] });
    expect(space.run('nft', 'list set inet filter dg_sip4')).not.toContain(guest);
    expect(await refusal(client.open(opening))).toMatch(/There is no set inet filter dg_web4/);
  });

  it('an ipset of another kind keeps nobody out of another service, nor in it', async () => {
    const client = await start(ownIpsets, (its) => {
      for (const set of ['dialgate_web4', 'dialgate_web6'])
        its.run('ipset', 'create', set, 'hash:ip');
    });
    await client.open(calling);
    expect(space.run('ipset', 'save', 'dialgate_sip4')).toContain(guest);
    await client.close(guest);
    expect(space.run('ipset', 'save', 'dialgate_sip4')).not.toContain(guest);
    expect(await refusal(client.open(opening))).toMatch(/dialgate_web4 is of type hash:ip/);
  });

  it('an ipset that was destroyed is made again, and what came half way is undone', async () => {
    const client = await start(ownIpsets, () => undefined);
    await client.open(opening);
    space.run('ipset', 'destroy', 'dialgate_sip4');
    const services = ['web', 'sip'].map((service) => ({ service, seconds: 60 }));
    await client.open({ address: guest, services });
    expect(space.run('ipset', 'save', 'dialgate_sip4')).toContain(guest);

    // no room for the second of its services: the first must not stay, nor be shortened
    replaceBy('dialgate_sip4', full);
    space.run('ipset', 'add', 'dialgate_sip4', '198.51.100.1', 'timeout', '600');
    await client.open(opening);
    const other = { address: '203.0.113.8' as Address, services };
    expect(await refusal(client.open(other))).toMatch(/no room for more/);
    expect(await refusal(client.open({ ...opening, services }))).toMatch(/no room for more/);
    const web = space.run('ipset', 'save', 'dialgate_web4');
    expect(web).toMatch(/add dialgate_web4 203\.0\.113\.7 timeout (59\d|600) /);
    expect(web).not.toContain('203.0.113.8');
  });
  const full = 'hash:net family inet timeout 0 counters maxelem 1 hashsize 64';

  /** Quicker than the helper makes it again. */
  function replaceBy(set: string, shape: string): void {
    const lines = `destroy ${set}\ncreate ${set} ${shape}\n`;
    space.run('sh', '-c', 'printf %s "$1" | ipset restore', 'sh', lines);
  }

  it('without conntrack it works, and says what is missing', async () => {
    const client = await start(ownSets, ownSets.before, { conntrack: ['/nonexistent/conntrack'] });
    await client.open(opening);
    await client.close(guest);
    expect((await client.limits()).warnings).toEqual([
      expect.stringMatching(/^conntrack is not at \/nonexistent\/conntrack.*Install the package/),
    ]);
  });

  it('an iptables host without nft opens and closes, and records nobody', async () => {
    const client = await start(ownIpsets, () => undefined, { nft: ['/nonexistent/nft'] });
    await client.open(opening);
    await client.close(guest);
    expect(await client.list()).toEqual([]);
    expect(await refusal(client.record('any', 60))).toMatch(/nft is not installed/);
    expect((await client.limits()).warnings).toEqual([expect.stringMatching(/^nft is not/)]);
  });

  it('an address of a family without a set is refused, and no other with it', async () => {
    const sets = { web: { ipv4: 'dg_web4' }, sip: { ipv4: 'dg_sip4' } };
    const client = await start(ownSets, ownSets.before, {
      networks: false,
      set: { table: 'inet filter', sets },
    });
    const six = { ...opening, address: '2001:db8:0:1::7' as Address };
    expect(await refusal(client.open(six))).toMatch(/names no set for IPv6 of service web/);
    const report = await client.sync([six, opening]);
    expect(report).toMatchObject({ opened: [guest], failed: [{ address: six.address }] });
    await client.close(six.address);
  });

  const standing = { most: 100, widest4: 16, widest6: 32 };
  const entry = (target: string): Standing => ({ target, services: ['web'], until: null });
  const comesBack = async (what: () => string, target: string): Promise<void> => {
    await soon(() => {
      try {
        return what().includes(target);
      } catch {
        return false; // not there yet
      }
    });
  };

  it('without a set for entries only these are refused, with the command that makes it', async () => {
    const client = await start(
      ownSets,
      (its) => {
        ownSets.before(its);
        its.run('nft', 'flush chain inet filter input');
        its.run(
          'nft',
          'delete set inet filter dg_web4_stand; delete set inet filter dg_web4_standnet',
        );
      },
      { standing },
    );
    expect((await client.limits()).warnings).toEqual([
      expect.stringMatching(/^Standing entries .* no place: There is no set .*_stand.*_standnet/),
    ]);
    await client.open(opening);
    expect(await client.stand([])).toMatchObject({ failed: [] });
    const message = await refusal(client.stand([entry(guest), entry('203.0.113.16/28')]));
    expect(message).toMatch(/There is no set inet filter dg_web4_stand\. It is made by: nft/);
    await sleep(1200); // looked at meanwhile
    const { warnings = [] } = await client.limits();
    for (const [, command = ''] of (warnings[0] ?? '').matchAll(/nft '(.*?)'/g)) {
      space.run('nft', command);
    }
    const listed = (set: string) => (): string =>
      space.run('nft', 'list', 'set', 'inet', 'filter', set);
    await comesBack(listed('dg_web4_stand'), guest);
    await comesBack(listed('dg_web4_standnet'), '203.0.113.16/28');
    expect((await client.limits()).warnings).toBeUndefined();
    expect(helper.errors.match(/standing-failed/g) ?? []).toHaveLength(1);
  });

  it('who was taken out while a set was missing is out when that is there again', async () => {
    const client = await start(
      ownSets,
      (its) => {
        ownSets.before(its);
        its.run('nft', 'flush chain inet filter input; delete set inet filter dg_web4_stand');
      },
      { standing },
    );
    const gone = '203.0.113.8';
    await client.stand([{ ...entry(gone), services: ['sip'] }]);
    const listed = (set: string) => (): string =>
      space.run('nft', 'list', 'set', 'inet', 'filter', set);
    expect(listed('dg_sip4_stand')()).toContain(gone);
    const message = await refusal(client.stand([entry(guest)]));
    // nor does it wait for that
    expect(listed('dg_sip4_stand')()).not.toContain(gone);
    space.run('nft', /It is made by: nft '(.*)'$/.exec(message)?.[1] ?? '');
    await comesBack(listed('dg_web4_stand'), guest);
    expect(listed('dg_sip4_stand')()).not.toContain(gone);
  });

  it.each([
    ['type ipv4_addr;', /dg_web4_stand has not "flags timeout"/],
    [
      'type ipv4_addr . inet_proto; flags timeout,interval;',
      /is of type ipv4_addr \. inet_proto, not/,
    ],
  ])('with a set of entries of { %s } nobody stands', async (shape, words) => {
    const client = await start(
      ownSets,
      (its) => {
        ownSets.before(its);
        its.run('nft', 'flush chain inet filter input; delete set inet filter dg_web4_stand');
        its.run('nft', `add set inet filter dg_web4_stand { ${shape} }`);
      },
      { standing },
    );
    expect(await refusal(client.stand([entry(guest)]))).toMatch(words);
    await client.open(opening);
  });

  it('an entry of a family without a set is reported, and the others stand', async () => {
    const sets = { web: { ipv4: 'dg_web4' }, sip: { ipv4: 'dg_sip4' } };
    const client = await start(ownSets, ownSets.before, {
      networks: false,
      standing,
      set: { table: 'inet filter', sets },
    });
    const { added, failed } = await client.stand([entry('2001:db8::7'), entry(guest)]);
    expect([added, failed[0]?.target]).toEqual([1, '2001:db8::7']);
    expect(failed[0]?.reason).toMatch(/names no set for IPv6 of service web/);
  });

  it('sets of entries may stand in a table of one family', async () => {
    const client = await start(
      ownSets,
      (its) => {
        its.run('nft', 'add table ip filter');
        its.run('nft', 'add set ip filter v { type ipv4_addr; flags timeout; counter; }');
        its.run('nft', 'add set ip filter v_stand { type ipv4_addr; flags timeout; }');
        its.run(
          'nft',
          'add set ip filter v_standnet { type ipv4_addr . inet_proto; flags interval,timeout; }',
        );
      },
      {
        networks: false,
        services: { web: ['tcp/80'] },
        standing: { most: 20_000 },
        set: { table: 'ip filter', sets: { web: { ipv4: 'v' } } },
      },
    );
    await client.stand([entry(guest), entry('203.0.113.16/28')]);
    await sleep(5500); // until the helper need not look so often any more
    const listed = (set: string) => (): string =>
      space.run('nft', 'list', 'set', 'ip', 'filter', set);
    space.run('nft', 'flush set ip filter v_stand');
    await comesBack(listed('v_stand'), guest);
    space.run('nft', 'flush set ip filter v_standnet');
    await comesBack(listed('v_standnet'), '203.0.113.16/28');
  });

  it('an ipset of entries that was destroyed is made again and filled, one of another kind refused', async () => {
    const client = await start(ownIpsets, () => undefined, { standing });
    const all = [entry(guest), entry('203.0.113.16/28')];
    await client.stand(all);
    const saved = (): string => space.run('ipset', 'save', 'dialgate_web4s');
    space.run('ipset', 'destroy', 'dialgate_web4s');
    await comesBack(saved, guest);
    await comesBack(saved, '203.0.113.16/28');
    replaceBy('dialgate_web4s', 'hash:ip timeout 0');
    await soon(() => helper.errors.includes('sets-wrong'));
    const more = [...all, entry('203.0.113.99')];
    expect(await refusal(client.stand(more))).toMatch(
      /dialgate_web4s is of type hash:ip, not hash:net/,
    );
    await client.open(opening);
    space.run('ipset', 'destroy', 'dialgate_web4s');
    await comesBack(saved, '203.0.113.99');
    await comesBack(saved, '203.0.113.16/28'); // one after the other, and read meanwhile
    await soon(() => !/n$/m.test(space.run('ipset', 'list', '-n'))); // no draft is left
  });

  it('an entry may last longer than ipset can count', async () => {
    const client = await start(ownIpsets, () => undefined, { standing });
    const until = Date.now() + 3000 * 86_400_000;
    await client.stand([
      { ...entry(guest), until },
      { ...entry('203.0.113.16/28'), until },
    ]);
    const saved = space.run('ipset', 'save', 'dialgate_web4s');
    expect(saved).toMatch(/203\.0\.113\.7 timeout 21474/);
    expect(saved).toMatch(/203\.0\.113\.16\/28 timeout 21474/);
  });

  it('there is no guard to arm, and root is told so', async () => {
    await start(ownSets, ownSets.before);
    const socket = connect(home.adminSocket, () => socket.write('{"id":1,"verb":"status"}\n'));
    const [said] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(said.toString()).toContain('There is no guard here');
    expect(space.run('nft', 'list', 'tables')).not.toContain('witness');
  });
});
