import { createHash } from 'node:crypto';
import type { NotMeDone, NotMeSeen } from '../access/administration.ts';
import type { LetterRules } from '../access/notices/letters.ts';
import { timeIn, wordsIn, type Words } from '../access/notices/words.ts';
import { escaped } from './openapi/page-text.ts';

/** In the page itself: a proxy need pass on nothing but the link's own path. */
const style = `body{font:1.125rem/1.5 system-ui,sans-serif;max-width:34rem;margin:0 auto;padding:2rem 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.5rem}li{margin:.5rem 0}
button{font:inherit;font-weight:600;padding:.75rem 1.25rem;border:0;border-radius:.4rem;color:#fff;background:#a3151d;cursor:pointer}
button:focus-visible{outline:3px solid #1a1a1a;outline-offset:3px}
@media (prefers-color-scheme:dark){body{color:#eee;background:#161616}button{background:#c4232c}button:focus-visible{outline-color:#eee}}`;

/** No script, nothing from anywhere; the button may lead back here alone. */
export const notMePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

interface Written {
  readonly page: Words['page'];
  readonly language: string;
  readonly time: (at: number) => string;
}

function written(wanted: string, { language: usual, timeZone }: LetterRules): Written {
  const { language, words } = wordsIn([wanted, usual]);
  return { page: words.page, language, time: (at) => timeIn(language, timeZone, at) };
}

const document = ({ page, language }: Written, body: readonly string[]): string => `<!doctype html>
<html lang="${escaped(language)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(page.title)}</title>
<style>${style}</style>
<main>
<h1>${escaped(page.title)}</h1>
${body.join('\n')}
</main>
</html>
`;

const paragraph = (text: string): string => `<p>${escaped(text)}</p>`;
const list = (items: readonly string[]): string =>
  `<ul>${items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`;

/** What happened, what the button does, and the button. */
export function questionPage(seen: NotMeSeen, site: LetterRules): string {
  const words = written(seen.language, site);
  const { page, time } = words;
  if (seen.used) return document(words, [paragraph(page.before), paragraph(page.call)]);
  return document(words, [
    paragraph(page.question(seen.address, time(seen.openedAt))),
    list(page.does),
    // without an action it goes to where it came from, whatever a proxy calls it
    `<form method="post"><button>${escaped(page.button)}</button></form>`,
  ]);
}

/** What came of it. */
export function donePage(done: NotMeDone, site: LetterRules): string {
  const words = written(done.language, site);
  const { page, time } = words;
  const said = {
    closed: [page.closed],
    before: [page.before],
    failed: [page.failed],
    unconfirmed: [page.unconfirmed],
  }[done.outcome];
  const open =
    done.outcome === 'unconfirmed'
      ? [list(done.open.map(({ address, until }) => page.stillOpen(address, time(until))))]
      : [];
  return document(words, [...said.map(paragraph), ...open, paragraph(page.call)]);
}

/** The same for a link that is over and for one that never was. */
export function invalidPage(site: LetterRules): string {
  const words = written(site.language, site);
  return document(words, [paragraph(words.page.invalid)]);
}
