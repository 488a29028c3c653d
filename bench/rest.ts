import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../lab/lab.ts';
import { startBenchLab } from './load/bench-lab.ts';
import { startBeside, type Beside } from './rest/beside.ts';
import { reportRest, type Contestant, type Run } from './rest/report.ts';
import type { Shot } from './rest/shots.ts';
import type { Result } from './result.ts';
import { wordAfter } from './words.ts';

const openGrants = 1000;
/** One user may have so many open. */
const ofOneUser = 100;
const users = openGrants / ofOneUser;
const listeners = 50;
/** One token may have eight. */
const ofOneToken = 5;
const events = 200;

/** Rates are no part of what is measured. */
const unhurried = { http: { requests: { per_token: 10_000_000, per_address: 10_000_000 } } };

/**
 * What REST costs, through to the kernel, beside an express that does nothing.
 * Words: `--rounds 5`, `--seconds 3`.
 */
export async function rest(words: readonly string[]): Promise<Result> {
  const rounds = Number(wordAfter(words, '--rounds') ?? 5);
  const seconds = Number(wordAfter(words, '--seconds') ?? 3);
  const { lab, users: all } = await startBenchLab(users + 1, unhurried);
  const beside = startBeside(lab);
  try {
    for (let n = 0; n < openGrants; n++) {
      const address = `198.19.${n >> 8}.${n & 255}`;
      const { status } = await lab.rest('POST', '/v1/grants', {
        user: all[Math.floor(n / ofOneUser)]?.name,
        address,
      });
      if (status !== 201) throw new Error(`the grant for ${address} is answered ${status}`);
    }
    const user = all[users]?.name ?? '';
    const sides = { dialgate: lab.product.restUrl, bare: await beside.bare() };
    const contests: Contestant[] = (['list', 'pairs'] as const).flatMap((what) =>
      [10, 1].flatMap((connections) =>
        (['dialgate', 'bare'] as const).map((by) => ({ what, connections, by })),
      ),
    );
    const runs: Run[] = contests.map((contestant) => ({ contestant, fired: [] }));
    // the first round warms everything up and is not counted
    for (let round = 0; round <= rounds; round++) {
      for (const run of inTurn(runs, round)) {
        const { what, connections, by } = run.contestant;
        const shot: Shot = {
          ...{ what, connections, user, at: sides[by], token: lab.token },
          seconds: round === 0 ? 1 : seconds,
        };
        const fired = await beside.fire(shot);
        if (round > 0) run.fired.push(fired);
        // the last ones may have been cut off before they were closed
        if (what === 'pairs') await lab.rest('DELETE', `/v1/grants?user=${user}`);
      }
    }
    return reportRest(
      runs,
      { delays: await fanOut(lab, beside, user), listeners },
      { rounds, seconds },
    );
  } finally {
    beside.stop();
    await lab.stop();
  }
}

/** Each round begins with another. */
const inTurn = (runs: readonly Run[], round: number): readonly Run[] => [
  ...runs.slice(round % runs.length),
  ...runs.slice(0, round % runs.length),
];

/** From the row's own time, which is right before it is committed, to each of the listeners. ms */
async function fanOut(lab: Lab, beside: Beside, user: string): Promise<readonly number[]> {
  const tokens: string[] = [];
  for (let n = 0; n < listeners / ofOneToken; n++) {
    const { body } = await lab.rest('POST', '/v1/tokens', {
      name: `listener-${n}`,
      role: 'auditor',
    });
    tokens.push(...Array<string>(ofOneToken).fill((body as { secret: string }).secret));
  }
  const { heard } = await beside.listen(
    { what: 'listen', at: lab.product.restUrl, tokens, events },
    async () => {
      for (let n = 0; n < events; n++) {
        await lab.rest('PATCH', `/v1/users/${user}`, { language: n % 2 === 0 ? 'en' : null });
        await sleep(20);
      }
    },
  );
  return heard.delays;
}
