import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseFlows } from '../../src/helper/cut/flows.ts';
import { Leaves } from '../../src/helper/cut/leaves.ts';
import { ShutList } from '../../src/helper/cut/shut-list.ts';
import { StandingLeaves } from '../../src/helper/cut/standing-leaves.ts';
import { parseSave } from '../../src/helper/ipset/ipset-run.ts';
import { parseHeaders, shapeFault } from '../../src/helper/ipset/set-names.ts';

describe('parseFlows', () => {
  it('reads each connection both ways, and what has no ports not at all', () => {
    const flows = parseFlows(
      `tcp      6 431999 ESTABLISHED src=203.0.113.7 dst=192.0.2.1 sport=41234 dport=80 src=192.0.2.1 dst=203.0.113.7 sport=80 dport=41234 [ASSURED] mark=0 use=1
icmp     1 29 src=203.0.113.7 dst=192.0.2.1 type=8 code=0 id=3 src=192.0.2.1 dst=203.0.113.7 type=0 code=0 id=3 mark=0 use=1
udp      17 29 src=fd00::1 dst=fd00::2 sport=5060 dport=5061 [UNREPLIED] src=fd00::2 dst=fd00::1 sport=5061 dport=5060 mark=0 use=1
`,
      () => true,
    );
    expect(flows).toEqual([
      { protocol: 'tcp', host: '203.0.113.7', port: 80, theirs: true },
      { protocol: 'tcp', host: '192.0.2.1', port: 41_234, theirs: false },
      { protocol: 'udp', host: 'fd00::1', port: 5061, theirs: true },
      { protocol: 'udp', host: 'fd00::2', port: 5060, theirs: false },
    ]);
  });

  it('names a host and a port once, however many connections they have', () => {
    const line = (port: number): string =>
      `udp 17 29 src=203.0.113.7 dst=192.0.2.1 sport=${port} dport=5060 src=192.0.2.1 dst=203.0.113.7 sport=5060 dport=${port}\n`;
    const all = parseFlows(line(1) + line(2) + line(3), () => true);
    expect(all.filter((flow) => flow.theirs)).toHaveLength(1);
  });

  it('keeps nothing of connections with ports that are not ours', () => {
    const line = (host: number): string =>
      `tcp 6 99 ESTABLISHED src=203.0.113.${host} dst=192.0.2.1 sport=5060 dport=80 src=192.0.2.1 dst=203.0.113.${host} sport=80 dport=5060\n`;
    const isOurs = (protocol: string, port: number): boolean => protocol === 'udp' && port === 5060;
    expect(parseFlows(line(1) + line(2), isOurs)).toEqual([]);
    expect(parseFlows(line(1).replace('tcp', 'udp'), isOurs)).toEqual([
      { protocol: 'udp', host: '192.0.2.1', port: 5060, theirs: false },
    ]);
  });
});

describe('Leaves', () => {
  it('are due when their end and the time to linger have passed, unless opened again', () => {
    const leaves = new Leaves(500);
    leaves.set('a', 'web', 1000);
    leaves.set('a', 'sip', 3000);
    expect([leaves.next(), leaves.due(1499)]).toEqual([1500, []]);
    const due = leaves.due(1500);
    expect(due).toEqual([{ address: 'a', service: 'web' }]);
    leaves.set('a', 'web', 2000);
    expect(leaves.done(due, 1600)).toEqual([]);
    expect(leaves.covers('a', 'web', 1600)).toBe(true);
    expect(leaves.done(leaves.due(2500), 2500)).toEqual([]); // its other service goes on
    expect(leaves.done(leaves.due(3500), 3500)).toEqual(['a']);
    expect(leaves.next()).toBeUndefined();
  });

  it('end when they are closed, not later than they would have', () => {
    const leaves = new Leaves(0);
    leaves.set('a', 'web', 1000);
    expect([leaves.end('a', 'web', 400), leaves.end('b', 'web', 400)]).toEqual([true, false]);
    expect(leaves.lastEnd('a')).toBe(400);
    leaves.end('a', 'web', 900);
    expect(leaves.lastEnd('a')).toBe(400);
  });
});

describe('StandingLeaves', () => {
  const start = 1_700_000_000;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: start * 1000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const gone = (leaves: StandingLeaves): string[] => {
    const due = leaves.due();
    leaves.done(due);
    return due.flatMap(({ lines }) => lines);
  };

  it('are due when they are taken out, after the time to linger', () => {
    const leaves = new StandingLeaves(2000);
    leaves.changed([], ['203.0.113.7 sip,web 0', '203.0.113.8 web 0']);
    leaves.changed(
      ['203.0.113.7 sip,web 0', '203.0.113.8 web 0'],
      ['203.0.113.7 sip 0', '203.0.113.8 web 0'],
    );
    expect([leaves.covers('203.0.113.7', 'web'), gone(leaves)]).toEqual([true, []]);
    vi.advanceTimersByTime(2000);
    expect([leaves.covers('203.0.113.7', 'web'), leaves.covers('203.0.113.7', 'sip')]).toEqual([
      false,
      true,
    ]);
    expect(gone(leaves)).toEqual(['203.0.113.7 sip,web 0']);
    expect(leaves.next()).toBeUndefined();
  });

  it('are due at their end, and once more for those whom the kernel let in a moment longer', () => {
    const leaves = new StandingLeaves(0);
    const [brief, long] = [`198.51.100.0/24 web ${start + 10}`, `203.0.113.7 web ${start + 60}`];
    leaves.changed([], [brief, long]);
    expect((leaves.next() ?? 0) - performance.now()).toBe(10_000);
    vi.advanceTimersByTime(10_000);
    expect(leaves.covers('198.51.100.9', 'web')).toBe(false);
    expect(gone(leaves)).toEqual([brief]);
    expect((leaves.next() ?? 0) - performance.now()).toBe(5000);
    vi.advanceTimersByTime(5000);
    expect(gone(leaves)).toEqual([brief]);
    // taken out of the list when it has ended: nothing new
    leaves.changed([brief, long], [long]);
    expect(gone(leaves)).toEqual([]);
    expect((leaves.next() ?? 0) - performance.now()).toBe(45_000);
  });

  it('are due at their end also after a clock that was ahead for a while', () => {
    const leaves = new StandingLeaves(0);
    const line = `203.0.113.7 web ${start + 60}`;
    leaves.changed([], [line]);
    vi.setSystemTime((start + 3600) * 1000);
    expect(gone(leaves)).toEqual([line]);
    vi.advanceTimersByTime(5000);
    expect(gone(leaves)).toEqual([line]);
    vi.setSystemTime((start + 10) * 1000);
    leaves.changed([line], [line]); // the list is settled anew when the clock is set
    expect(leaves.covers('203.0.113.7', 'web')).toBe(true);
    expect((leaves.next() ?? 0) - performance.now()).toBe(50_000);
    vi.advanceTimersByTime(50_000);
    expect(leaves.covers('203.0.113.7', 'web')).toBe(false);
    expect(gone(leaves)).toEqual([line]);
  });
});

describe('ShutList', () => {
  it('knows what is left, and which of them an address touches', () => {
    const list = new ShutList();
    const shut = ['2001:db8:0:1::7', '2001:db8:0:1::/64', '203.0.113.7'];
    list.add(
      'web',
      shut.map((address) => ({ address, seconds: 100 })),
    );
    list.add('web', [{ address: '203.0.113.8', seconds: 0 }]);
    expect(list.left('web').map(({ address }) => address)).toEqual(shut);
    expect(list.around('web', '2001:db8:0:1::/64')).toEqual([shut[1], shut[0]]);
    expect(list.around('web', '2001:db8:0:1::9')).toEqual(['2001:db8:0:1::9', shut[1]]);
    list.drop('web', ['203.0.113.7']);
    expect([list.left('web').length, list.left('sip')]).toEqual([2, []]);
  });
});

it('parseHeaders reads what ipset says of its sets', () => {
  const headers = parseHeaders(`Name: dialgate_web4
Type: hash:net
Revision: 7
Header: family inet hashsize 1024 maxelem 164 timeout 0 counters bucketsize 12 initval 0x1
Size in memory: 464
References: 1
Number of entries: 3

Name: other
Type: hash:ip
Revision: 6
Header: family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0x1
Size in memory: 216
References: 0
Number of entries: 0
`);
  const [ours, theirs] = [headers.get('dialgate_web4'), headers.get('other')];
  expect(ours?.entries).toBe(3);
  expect(ours && shapeFault(ours, '4', true)).toBeUndefined();
  expect(ours && shapeFault(ours, '6', true)).toMatch(/family inet, not inet6/);
  expect(theirs && shapeFault(theirs, '6', false)).toMatch(/type hash:ip/);
});

it('parseSave reads what ipset saves, with and without timeout and counters', () => {
  const saved = `create dialgate_web4 hash:net family inet hashsize 1024 maxelem 164 timeout 0 counters
add dialgate_web4 203.0.113.7 timeout 100 packets 12 bytes 700
add dialgate_web4 198.51.100.0/24 timeout 0 packets 0 bytes 0
add dialgate_web4 203.0.113.8
`;
  expect(parseSave(saved)).toEqual([
    { address: '203.0.113.7', seconds: 100, packets: 12 },
    { address: '198.51.100.0/24', seconds: 315_360_000, packets: 0 },
    { address: '203.0.113.8', seconds: 315_360_000, packets: 0 },
  ]);
});
