import { describe, expect, it } from 'vitest';
import { parseFlows } from '../../src/helper/cut/flows.ts';
import { Leaves } from '../../src/helper/cut/leaves.ts';
import { parseSave } from '../../src/helper/ipset/ipset-run.ts';

describe('parseFlows', () => {
  it('reads each connection both ways, and what has no ports not at all', () => {
    const flows = parseFlows(
      `tcp      6 431999 ESTABLISHED src=203.0.113.7 dst=192.0.2.1 sport=41234 dport=80 src=192.0.2.1 dst=203.0.113.7 sport=80 dport=41234 [ASSURED] mark=0 use=1
icmp     1 29 src=203.0.113.7 dst=192.0.2.1 type=8 code=0 id=3 src=192.0.2.1 dst=203.0.113.7 type=0 code=0 id=3 mark=0 use=1
udp      17 29 src=fd00::1 dst=fd00::2 sport=5060 dport=5061 [UNREPLIED] src=fd00::2 dst=fd00::1 sport=5061 dport=5060 mark=0 use=1
`,
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
    const theirs = parseFlows(line(1) + line(2) + line(3)).filter((flow) => flow.theirs);
    expect(theirs).toHaveLength(1);
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
