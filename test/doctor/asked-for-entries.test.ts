import { expect, it } from 'vitest';
import { entriesFindings } from '../../src/doctor/firewall/asked-for-entries.ts';
import { readConfig } from '../../src/helper/config/config.ts';
import { ownIpsets, ownSets } from '../helper/hosts.ts';

const config = (limits: object, most: number) =>
  readConfig(JSON.stringify({ ...limits, socket: '/run/x/socket', standing: { most } }));

it.each([
  [
    'set',
    ownSets.limits,
    ['web', 'sip'].map((name) => `"@dg_${name}4_stand" "@dg_${name}4_standnet"`).join(' '),
    '"@dg_sip4_standnet"',
  ],
  [
    'ipset',
    ownIpsets.limits,
    '--match-set dialgate_web4s src --match-set dialgate_sip4s src',
    '--match-set dialgate_sip4s src',
  ],
])('%s: sets of entries that no rule asks are told', (_kind, limits, text, needed) => {
  expect(entriesFindings({ text }, config(limits, 100))).toEqual([]);
  const without = { text: text.replace(needed, '') };
  expect(entriesFindings(without, config(limits, 100))).toEqual([
    expect.objectContaining({ what: expect.stringMatching(/standing entries of sip: /) }),
  ]);
  expect(entriesFindings(without, config(limits, 0))).toEqual([]);
});
