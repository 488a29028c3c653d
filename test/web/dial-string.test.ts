import QRCode from 'qrcode';
import { describe, expect, it, test } from 'vitest';
import {
  dialString,
  dialUri,
  dialled,
  typedKnockCode,
} from '../../src/web/views/people/card/dial-string.ts';
import { pathOf, qrPicture } from '../../src/web/views/people/qr-picture.ts';
import { fullSteps, pieces, shortSteps } from '../../src/web/views/people/card/card-steps.ts';
import {
  cardLanguage,
  cardLanguages,
  offeredLanguages,
} from '../../src/web/views/people/card/card-words.ts';

describe('what a telephone dials', () => {
  it('is the number, and the knock code after two pauses', () => {
    expect(dialString('+1 555 0142', undefined)).toBe('+15550142');
    expect(dialString('+1 (555) 01-42', '233*245*478')).toBe('+15550142,,233*245*478#');
    expect(dialled('100')).toBe('100');
  });

  it('as a URI has its # escaped, and nothing behind it that is a fragment', () => {
    const uri = dialUri('+1 555 0142', '233*245*478');
    expect(uri).toBe('tel:+15550142,,233*245*478%23');
    const parsed = new URL(uri);
    expect([parsed.protocol, parsed.hash, parsed.search]).toEqual(['tel:', '', '']);
    expect(decodeURIComponent(parsed.pathname)).toBe('+15550142,,233*245*478#');
    expect(dialUri('100', undefined)).toBe('tel:100');
  });

  test.each([
    ['233*245*478', '233*245*478'],
    [' 233*245*478# ', '233*245*478'],
    ['233 245 478', '233*245*478'],
    ['00233-245.478', '233*245*478'],
    ['0*1*2', undefined],
    ['1*2*65536', undefined],
    ['1*2', undefined],
    ['1*2*3*4', undefined],
    ['1*2*x', undefined],
    ['', undefined],
  ])('a knock code typed as %j is %j', (typed, code) => {
    expect(typedKnockCode(typed)).toBe(code);
  });
});

describe('the QR code', () => {
  it('is drawn module by module, with four light ones around', async () => {
    const text = dialUri('+1 555 0142', '65535*65535*65535');
    const { size, path } = await qrPicture(text);
    const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' });
    expect(size).toBe(modules.size + 8);
    // on the small card a module of the longest code is still wider than cameras ask for
    expect(31 / size).toBeGreaterThan(0.6);
    const drawn = Array.from({ length: size * size }, () => 0);
    for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
      for (let n = 0; n < Number(run); n++) drawn[Number(y) * size + Number(x) + n] = 1;
    }
    const inside = Array.from(modules.data, (_, at) => {
      const [row, column] = [Math.floor(at / modules.size), at % modules.size];
      return drawn[(row + 4) * size + column + 4];
    });
    expect(inside).toEqual(Array.from(modules.data, Number));
    expect(drawn.reduce((sum, one) => sum + one, 0)).toBe(
      inside.reduce((s = 0, o = 0) => s + o, 0),
    );
  });

  it('joins what is dark side by side', () => {
    expect(pathOf(3, [1, 1, 0, 0, 0, 0, 1, 0, 1])).toBe('M4 4h2v1h-2zM4 6h1v1h-1zM6 6h1v1h-1z');
  });
});

describe('the steps', () => {
  it('are those of the call, with a one-time code where one is asked for', () => {
    const { en } = cardLanguages;
    const plain = fullSteps(en, { secondFactor: 'none', pairing: true });
    expect(plain).toHaveLength(4);
    expect(plain.map((step) => step.map(({ text }) => text).join('')).join(' ')).toContain('0 #');
    const sheet = fullSteps(en, { secondFactor: 'sheet', pairing: false });
    expect(sheet).toHaveLength(5);
    expect(sheet[2]?.[0]?.text).toMatch(/one-time code/);
    expect(JSON.stringify(sheet)).not.toContain('"0"');
    expect(shortSteps(en, { secondFactor: 'totp', pairing: true })).toHaveLength(5);
  });

  it('set keys apart from words', () => {
    expect(pieces('PIN {#} then {1}')).toEqual([
      { text: 'PIN ', key: false },
      { text: '#', key: true },
      { text: ' then ', key: false },
      { text: '1', key: true },
    ]);
  });

  test.each(Object.entries(cardLanguages))('are whole in %s', (_, words) => {
    for (const text of Object.values(words)) {
      expect(text.trim()).not.toBe('');
      expect(text.replaceAll(/\{[0-9*#]\}/g, '')).not.toMatch(/[{}]/);
    }
    expect(words.address).toContain('{*}');
    expect(words.addressOrPair).toContain('{0} {#}');
    expect(words.open).toContain('{1}');
    expect(words.after).toContain('{9}');
  });

  it('are offered in what a call can be in, the language of the user first', () => {
    const offered = offeredLanguages(['es', 'de']);
    expect(offered).toEqual(['es', 'de']);
    expect(cardLanguage(offered, 'de', 'es')).toBe('de');
    expect(cardLanguage(offered, null, 'es')).toBe('es');
    // the user had one that is not spoken here any more
    expect(cardLanguage(offered, 'fr', 'de')).toBe('de');
  });

  it('are offered in all of ours where a call is in none of them', () => {
    const offered = offeredLanguages(['pt', 'constructor']);
    expect(offered).toEqual(['en', 'es', 'fr', 'de', 'it']);
    expect(cardLanguage(offered, 'pt', 'constructor')).toBe('en');
  });
});
