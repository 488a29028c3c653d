import type { Browser } from 'playwright-core';
import { openBrowserInside } from '../lab/inside/browser.ts';
import type { Lab } from '../lab/lab.ts';
import { startBenchLab } from './load/bench-lab.ts';
import { firstLoad, type Cookie, type Load } from './page/first-load.ts';
import { startBeside } from './rest/beside.ts';
import type { Result } from './result.ts';
import { spreadOf, type Spread } from './statistics.ts';
import { table } from './table.ts';
import { wordAfter } from './words.ts';

/** What the page shall stay below: bytes as they come over the wire, and ms. */
const budget = { bytes: 150_000, ms: 1000 };
const openGrants = 20;

type Side = 'dialgate' | 'bare';

/**
 * The first load of the administrator's page in a real browser that has never been there, beside
 * a page of a bare express. Words: `--rounds 20`.
 */
export async function page(words: readonly string[]): Promise<Result> {
  const rounds = Number(wordAfter(words, '--rounds') ?? 20);
  const { lab, users } = await startBenchLab(openGrants);
  const beside = startBeside(lab);
  const inside = await openBrowserInside(lab).catch(async (error: unknown) => {
    await lab.stop();
    throw error;
  });
  try {
    for (const [n, { name }] of users.entries()) {
      await lab.rest('POST', '/v1/grants', { user: name, address: `198.18.0.${n + 1}` });
    }
    const sides: Readonly<Record<Side, string>> = {
      dialgate: lab.product.restUrl,
      bare: await beside.bare(),
    };
    const cookies = { dialgate: await sessionOf(lab), bare: undefined };
    const loads: Record<Side, Load[]> = { dialgate: [], bare: [] };
    // the first round warms server and browser up and is not counted
    for (let round = 0; round <= rounds; round++) {
      for (const side of round % 2 === 0
        ? (['dialgate', 'bare'] as const)
        : (['bare', 'dialgate'] as const)) {
        const load = await firstLoad(inside.browser, sides[side], cookies[side]);
        if (round > 0) loads[side].push(load);
      }
    }
    return report(loads, { rounds, browser: inside.browser });
  } finally {
    await inside.close();
    beside.stop();
    await lab.stop();
  }
}

/** By the API: the form has no part in it. */
async function sessionOf(lab: Lab): Promise<Cookie> {
  const { status, headers } = await lab.places.server.fetch(`${lab.product.restUrl}/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: lab.token }),
  });
  const [, name, value] = /^([^=]+)=([^;]+)/.exec(headers['set-cookie'] ?? '') ?? [];
  if (name === undefined || value === undefined) {
    throw new Error(`signing in is answered ${status}, without a cookie`);
  }
  return { name, value };
}

function report(
  loads: Readonly<Record<Side, readonly Load[]>>,
  { rounds, browser }: { readonly rounds: number; readonly browser: Browser },
): Result {
  const of = (side: Side): { bytes: number; requests: number; usable: Spread } => ({
    bytes: Math.max(...loads[side].map(({ bytes }) => bytes)),
    requests: Math.max(...loads[side].map(({ requests }) => requests)),
    usable: spreadOf(loads[side].map(({ usable }) => usable)),
  });
  const sides = { dialgate: of('dialgate'), bare: of('bare') };
  const rows = Object.entries(sides).map(([side, { bytes, requests, usable }]) => [
    side,
    ...[(bytes / 1000).toFixed(1), String(requests)],
    ...[usable.median, usable.min, usable.p95, usable.max].map((ms) => ms.toFixed(0)),
  ]);
  const { bytes, usable } = sides.dialgate;
  const kept = (is: boolean): string => (is ? 'kept' : 'MISSED');
  process.stdout.write(
    `${table(['first load', 'kB', 'requests', 'usable: median ms', 'min', 'p95', 'max'], rows)}\n` +
      `budget: ${budget.bytes / 1000} kB (${kept(bytes <= budget.bytes)}), usable within ${budget.ms} ms (${kept(usable.p95 <= budget.ms)}, to the 95th of a hundred)\n`,
  );
  return { figures: { rounds, browser: browser.version(), budget, ...sides } };
}
