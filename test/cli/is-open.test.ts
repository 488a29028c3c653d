import { describe, expect, it } from 'vitest';
import { complaints, dialgate, here, json, printed } from './command-line.ts';

describe('dialgate is-open', () => {
  it('says who lets an address in, to what and until when, and ends with 0', async () => {
    await dialgate('user', 'add', 'mira');
    await dialgate('grant', 'open', 'mira', '203.0.113.7', '--minutes', '60');
    await dialgate('host', 'add', 'office', '203.0.113.0/24', '--service', 'sip');
    printed().length = 0;
    expect(await dialgate('is-open', '203.0.113.7')).toBe(0);
    const text = printed().join('\n');
    expect(text).toMatch(/^203\.0\.113\.7 is let in to web until \S+ \S+Z, sip without end\.$/m);
    expect(text).toMatch(/^grant 1 of mira +203\.0\.113\.7 +web +\S+ \S+Z \(.*min\) +open$/m);
    expect(text).toMatch(/^entry office +203\.0\.113\.0\/24 +sip +no end +open$/m);
    await dialgate('is-open', '203.0.113.7', '--json');
    expect(json()).toMatchObject({
      open: true,
      grants: [{ id: 1 }],
      entries: [{ kind: 'network' }],
    });
  });

  it('ends with 1 where nothing does, and says what is not looked at', async () => {
    expect(await dialgate('is-open', '203.0.113.7')).toBe(1);
    expect(printed().at(-1)).toMatch(/^203\.0\.113\.7 is not let in/);
    expect(complaints()).toMatch(/No grant and no entry lets 203\.0\.113\.7 in\..*helper\.json/);
    expect(await dialgate('is-open', '203.0.113.7', '--json')).toBe(1);
    expect(json()).toMatchObject({ open: false });
    expect(await dialgate('is-open', 'nonsense')).toBe(1);
    expect(complaints()).toMatch(/address must be an IPv4/);
  });

  it('says when the guard is off, or the gate cannot be asked', async () => {
    here().warnings = ['The guard is off, so nobody is turned away.'];
    expect(await dialgate('is-open', '203.0.113.7')).toBe(1);
    expect(printed().at(-1)).toMatch(/not let in[^]*The guard is off, so nobody is turned away\.$/);
    here().warnings = [];
    here().helper = { ok: false, why: 'nobody answers' };
    expect(await dialgate('is-open', '203.0.113.7')).toBe(1);
    expect(printed().at(-1)).toMatch(/the gate itself cannot be asked: nobody answers$/);
  });
});
