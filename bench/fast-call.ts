import { setTimeout as sleep } from 'node:timers/promises';
import type { CallPlan } from '../lab/asterisk/sipp-scenario.ts';
import { extension, type Lab } from '../lab/lab.ts';
import { addresses } from '../lab/network.ts';
import { startBenchLab } from './load/bench-lab.ts';
import { keysOfCall, type Traveller } from './load/travellers.ts';
import type { Result } from './result.ts';
import { spreadOf, type Spread } from './statistics.ts';
import { table } from './table.ts';
import { capture } from './tcpdump.ts';
import { wordAfter } from './words.ts';

const usualCalls = '5';
const fastKeys = { toneMs: 100, gapMs: 100 } as const;
/** A key in 400 ms, as a hand does that looks for each. */
const slowKeys = { toneMs: 200, gapMs: 200 } as const;
/** A prompt that has been silent for so long has ended, in ms: longer than its own pauses, shorter than `call.first_key`. */
const silence = 1500;
/** From the end of a prompt to the first key, in ms. */
const reaction = 500;
/** From the last key to hanging up, in ms. */
const listens = 2500;
const targets = { fast: 8, unhurried: 60 } as const;
const address = addresses.roaming;

/**
 * A whole call from the answer (SIP 200) to the open gate, by SIPp: all keys as one
 * dial string, and a caller who hears every prompt to its end. Words: `--calls 5`.
 */
export async function fastCall(words: readonly string[]): Promise<Result> {
  const calls = Number(wordAfter(words, '--calls') ?? usualCalls);
  const { lab, users } = await startBenchLab(1, { access: { also_allow: ['203.0.113.0/24'] } });
  const fast: number[] = [];
  const unhurried: number[] = [];
  const [user] = users;
  if (!user) throw new RangeError('no user');
  const entries = keysOfCall(user, address);
  const dialled = entries.join('');
  let waits: number[];
  try {
    for (let call = 0; call < calls; call++) {
      const segments = [{ waitMs: 0, keys: dialled }];
      fast.push(await secondsToOpen(lab, { segments, timing: fastKeys, hangUpAfterMs: listens }));
      process.stdout.write(`typed ahead, call ${call + 1}: ${fast.at(-1)?.toFixed(2)} s\n`);
    }
    waits = await promptsToTheirEnds(lab, user);
    const segments = entries.map((keys, index) => ({
      keys,
      waitMs: (waits[index] ?? 0) + reaction,
    }));
    for (let call = 0; call < Math.ceil(calls / 2); call++) {
      unhurried.push(
        await secondsToOpen(lab, { segments, timing: slowKeys, hangUpAfterMs: listens }),
      );
      process.stdout.write(`unhurried, call ${call + 1}: ${unhurried.at(-1)?.toFixed(2)} s\n`);
    }
  } finally {
    await lab.stop();
  }
  const figures = {
    keys: dialled.length,
    fastKeys,
    targets,
    fast: spreadOf(fast),
    unhurried: spreadOf(unhurried),
    promptsMs: waits,
  };
  const keying = (dialled.length * (fastKeys.toneMs + fastKeys.gapMs)) / 1000;
  const seconds = ({ median, min, max }: Spread): string[] =>
    [median, min, max].map((value) => value.toFixed(2));
  process.stdout.write(`
From the answer (SIP 200) to the open gate, in seconds, by SIPp; ${dialled.length} keys
${table(
  ['', 'calls', 'median', 'min', 'max', 'target'],
  [
    [
      `all typed ahead, keys 100 ms on and 100 ms off (${keying.toFixed(1)} s of keying)`,
      String(fast.length),
      ...seconds(figures.fast),
      `< ${targets.fast}`,
    ],
    [
      `each prompt heard to its end (${waits.map((ms) => (ms / 1000).toFixed(1)).join(' + ')} s), then ${reaction / 1000} s and a key in 400 ms`,
      String(unhurried.length),
      ...seconds(figures.unhurried),
      `< ${targets.unhurried}`,
    ],
  ],
)}
`);
  return { figures };
}

/** Makes the call; from Asterisk's 200 on the wire to the helper's word that the kernel lets the address in. */
async function secondsToOpen(lab: Lab, plan: CallPlan): Promise<number> {
  const listening = await capture(lab, `udp and src host ${lab.server} and src port 5060`);
  const from = lab.helper.log.lines.length;
  const isOpen = lab.helper.log.waitFor(
    'the gate to open',
    ({ fields }) => fields['event'] === 'open' && fields['address'] === address,
    120_000,
    from,
  );
  const [opened, call] = await Promise.all([isOpen, lab.call(plan).ended]);
  if (!call.ok) throw new Error(`SIPp: ${call.why}`);
  if ((await lab.places.roaming.tryConnect(lab.server, 443)) !== 'in') {
    throw new Error('the gate is said to be open, and is not');
  }
  const packets = await listening.packets();
  const answer = packets.find(({ payload }) =>
    /^SIP\/2\.0 200 [\s\S]*\r\nCSeq: \d+ INVITE\r\n/i.test(payload.toString('latin1')),
  );
  if (!answer) throw new Error('the call was not answered');
  await closeAll(lab);
  return (Date.parse(String(opened.fields['time'])) - answer.at) / 1000;
}

/** A call by ear, which finds out how long each prompt is, in ms from the end of the keys before. */
async function promptsToTheirEnds(lab: Lab, user: Traveller): Promise<number[]> {
  const call = await lab.places.carrier.phone({
    ...{ to: lab.line.to, address: lab.line.from, extension, callerNumber: '5550119' },
    timing: slowKeys,
  });
  const waits: number[] = [];
  for (const keys of keysOfCall(user, address)) {
    const began = performance.now();
    let [packets, lastAt] = [await call.heard(), began];
    // nothing is longer than a minute: a line that never falls silent must not hold us
    while (performance.now() - lastAt < silence && performance.now() - began < 60_000) {
      await sleep(40);
      const now = await call.heard();
      if (now !== packets) [packets, lastAt] = [now, performance.now()];
    }
    waits.push(Math.ceil(lastAt - began));
    await call.key(keys);
  }
  await sleep(2000);
  await call.hangUp();
  await closeAll(lab);
  return waits;
}

async function closeAll(lab: Lab): Promise<void> {
  const { body } = await lab.rest('GET', '/v1/grants?state=active');
  for (const { id } of body.items) await lab.rest('DELETE', `/v1/grants/${id}`);
}
