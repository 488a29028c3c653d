import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Line, PlaybackEnd } from '../../src/ivr/line.ts';
import { until } from '../fixtures/asterisk-exchange.ts';
import { asteriskFixture, noAsterisk, type AsteriskFixture } from '../fixtures/asterisk.ts';
import { heardKeys, type HeardKeys } from '../fixtures/heard-keys.ts';
import { tone } from '../fixtures/sip-sounds.ts';

// A second Asterisk is the far end: it speaks every codec, and keys in three ways.

vi.setConfig({ testTimeout: 40_000, hookTimeout: 40_000 });

type Keying = 'rfc4733' | 'info' | 'inband';

const telephones: readonly [string, Keying][] = [
  ['ulaw', 'rfc4733'],
  ['alaw', 'rfc4733'],
  ['g722', 'rfc4733'],
  ['opus', 'rfc4733'],
  ['ulaw', 'info'],
  ['g722', 'info'],
  ['ulaw', 'inband'],
  ['alaw', 'inband'],
  // Asterisk finds tones in G.711 only (dsp.c), so that is all that it is given
  ['opus,g722,alaw', 'inband'],
];

const opus = ['codec_opus_open_source.so', 'res_format_attr_opus.so'];
const endpointName = (codecs: string, keying: Keying): string =>
  `${keying}-${codecs.replaceAll(',', '-')}`;

describe.skipIf(noAsterisk())('telephones of every kind', () => {
  /** With G.711 alone, as dialplan/ advises, and with every codec. */
  let plain: AsteriskFixture;
  let rich: AsteriskFixture;
  let far: AsteriskFixture;
  let listeners: { plain: HeardKeys; rich: HeardKeys };
  /** What became of the sound that each caller was played, and the codec. */
  const told = new Map<string, { end: PlaybackEnd; codec: string }>();

  beforeAll(async () => {
    plain = await asteriskFixture({ moreModules: ['func_channel.so'] });
    rich = await asteriskFixture({
      codecs: ['ulaw', 'alaw', 'g722', 'opus'],
      moreModules: [...opus, 'func_channel.so'],
    });
    far = await asteriskFixture({
      transmitSilence: true,
      moreModules: [...opus, 'app_senddtmf.so'],
      morePjsip: telephones.map(([codecs, keying]) => endpoint(codecs, keying)).join(''),
      moreDialplan: `
exten => keys,1,Wait(0.4)
 same => n,SendDTMF(\${KEYS},100,100)
 same => n,Wait(2)
 same => n,Hangup()
`,
    });
    listeners = {
      plain: await heardKeys(plain, (line) => tell(plain, line)),
      rich: await heardKeys(rich, (line) => tell(rich, line)),
    };
  });
  afterAll(async () => {
    const exchanges = [listeners.plain.exchange, listeners.rich.exchange];
    await until('no state is left', () => exchanges.every(({ size }) => size === 0));
    await Promise.all(exchanges.map((exchange) => exchange.stop()));
    await Promise.all([plain, rich, far].map((asterisk) => asterisk.remove()));
  });

  async function tell(asterisk: AsteriskFixture, line: Line): Promise<void> {
    const variable = encodeURIComponent('CHANNEL(audionativeformat)');
    const codec = await asterisk.ari('GET', `channels/${line.id}/variable?variable=${variable}`);
    const end = await line.play(tone(asterisk.sounds, `for-${line.callerNumber}`, 0.2)).finished;
    told.set(line.callerNumber ?? '', { end, codec: (codec as { value: string }).value });
  }

  function endpoint(codecs: string, keying: Keying): string {
    const name = endpointName(codecs, keying);
    const { extension, sip } = keying === 'inband' ? plain : rich;
    return `
[${name}]
type=endpoint
context=nowhere
transport=udp
disallow=all
allow=${codecs}
dtmf_mode=${keying}
direct_media=no
aors=${name}

[${name}]
type=aor
contact=sip:${extension}@127.0.0.1:${sip.port}
`;
  }

  test.concurrent.each(telephones)('%s, keys by %s', async (codecs, keying) => {
    const keys = '1234567890*#1122**##00';
    const caller = String(
      5_550_150 + telephones.findIndex(([c, k]) => c === codecs && k === keying),
    );
    await far.ari('POST', 'channels', {
      endpoint: `PJSIP/${endpointName(codecs, keying)}`,
      context: 'from-carrier',
      extension: 'keys',
      callerId: caller,
      variables: { KEYS: keys },
    });
    const listener = keying === 'inband' ? listeners.plain : listeners.rich;
    expect(await listener.from(caller, keys)).toBe(keys);
    expect(told.get(caller)).toEqual({ end: 'played', codec: `(${codecs.split(',').at(-1)})` });
  });
});
