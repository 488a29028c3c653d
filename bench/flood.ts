import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPairing, type Pairing, type PairingVerdict } from '../src/access/pairing.ts';
import type { AuditRow } from '../src/domain/attempt.ts';
import { systemClock, systemTimer } from '../src/domain/time.ts';
import { connectionsOf, elementsOf, kernelMiB } from './forged/kernel.ts';
import { report, type Outcome } from './forged/report.ts';
import { caller, fromCaller, scenarios, type Scenario } from './forged/scenarios.ts';
import { startWork } from './forged/work.ts';
import type { Host } from './hosts.ts';
import { startLoneHelper, type LoneHelper } from './lone-helper.ts';
import { watchMemory } from './memory.ts';
import { framesOf, type Datagram } from './packets/frames.ts';
import { makeLane, makeSender, type Lane } from './packets/lane.ts';
import { send, type Burst, type Job } from './packets/sender.ts';
import { removeAll } from './removal.ts';
import type { Result } from './result.ts';
import { makeScratch } from './scratch.ts';
import { wordAfter } from './words.ts';

const usualSources = '262144';
const usualSeconds = '20';
/** Who comes earlier cannot have heard the port, and is left out: so nobody here does. Seconds. */
const begins = 3;
/** The caller comes while the flood is on. Seconds. */
const callerComes = 4;
/** A window outlasts what goes on in it. Seconds. */
const margin = 15;
/** The kernel gives memory back a moment later. ms */
const settling = 1500;
const packetsAtOnce = 4096;

interface Place {
  readonly sender: Host;
  readonly lane: Lane;
  readonly helper: LoneHelper;
  readonly pairing: (seconds: number) => Pairing;
  readonly write: (name: string, datagrams: readonly Datagram[]) => string;
}

/**
 * Floods of forged senders, and who is recognised meanwhile. Words: `--sources 262144`,
 * of each family, and `--seconds 20`, of each flood.
 */
export async function flood(words: readonly string[]): Promise<Result> {
  const sources = Number(wordAfter(words, '--sources') ?? usualSources);
  const seconds = Number(wordAfter(words, '--seconds') ?? usualSeconds);
  const scratch = makeScratch();
  const made: { remove(): void | Promise<void> }[] = [scratch];
  try {
    const sender = await makeSender();
    made.unshift(sender);
    const lane = await makeLane(sender, 0);
    made.unshift(lane);
    const helper = await startLoneHelper({}, undefined, lane.server);
    made.unshift({ remove: () => helper.stop() });
    const place: Place = {
      ...{ sender, lane, helper },
      pairing: (window) =>
        createPairing({
          ...{ firewall: helper.client, clock: systemClock, timer: systemTimer, window },
          ipv6: 'address',
          // nobody reads what the bench has done
          audit: { append: async () => ({}) as AuditRow },
        }),
      write: (name, datagrams) => {
        const file = join(scratch.folder, name);
        writeFileSync(file, framesOf(datagrams));
        return file;
      },
    };
    const outcomes: Outcome[] = [];
    for (const scenario of scenarios(sources, seconds)) {
      process.stdout.write(`${scenario.name}, ${scenario.seconds} s\n`);
      outcomes.push(await play(scenario, place));
    }
    return report(outcomes, { sources: 2 * sources });
  } finally {
    await removeAll(made);
  }
}

async function play(scenario: Scenario, place: Place): Promise<Outcome> {
  const { lane, helper } = place;
  const kernelBefore = kernelMiB();
  const window = scenario.window
    ? await place.pairing(scenario.seconds + margin).begin({ userId: 1, callId: 1 }, 'any')
    : undefined;
  const arrivedBefore = await lane.arrived();
  // before the work, which would have to wait for it
  const packets = prepare(scenario, place, window?.ports[0]);
  const began = performance.now();
  const work = startWork(helper.client);
  const memory = watchMemory(helper);
  let sent;
  let done;
  try {
    sent = await sendAll(scenario, place.sender, packets);
  } finally {
    done = await work.stop();
    memory.stop();
  }
  const elements = await elementsOf(lane.server, 'dialgate_window0');
  const connections = await connectionsOf(lane.server);
  // what is left is the window's
  await lane.server.sh('conntrack', '-F');
  await sleep(settling);
  const kernelDuring = kernelMiB();
  const verdict = await window?.verdict;
  await window?.stop();
  await sleep(settling);
  return {
    ...{ scenario, began, done, elements, connections },
    forged: sent.reduce((sum, { packets }) => sum + packets, 0),
    forgedNanoseconds: sent.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0),
    arrived: (await lane.arrived()) - arrivedBefore,
    memory: memory.stop(),
    kernelMiB: { during: kernelDuring - kernelBefore, after: kernelMiB() - kernelBefore },
    offered: verdict ? offeredBy(verdict) : 'nobody',
  };
}

interface Packets {
  readonly forged: Job | undefined;
  /** Where somebody is to be recognised. */
  readonly caller: Job | undefined;
}

function prepare({ forged, times }: Scenario, { lane, write }: Place, port?: number): Packets {
  const job = (name: string, packets: readonly Datagram[], most: number): Job | undefined =>
    packets.length === 0
      ? undefined
      : {
          interface: lane.interface,
          frames: write(name, packets),
          count: Math.min(packets.length, most),
        };
  return {
    forged: job('forged', forged(port ?? 0), times === 'always' ? packetsAtOnce : Infinity),
    caller: job('caller', port === undefined ? [] : fromCaller(port), Infinity),
  };
}

/** The forged packets, the caller's while they come, and nothing more until the time is over. */
async function sendAll(
  { times, seconds }: Scenario,
  sender: Host,
  { forged, caller: own }: Packets,
): Promise<readonly Burst[]> {
  const over = sleep(seconds * 1000);
  const comes = sleep(callerComes * 1000);
  const always = times === 'always';
  await sleep(begins * 1000);
  const rounds = always ? 1e9 : 1;
  const flooding = forged && send(sender, [forged], { rounds, seconds });
  try {
    await comes;
    if (own) await send(sender, [own], { rounds: 1, seconds }).done;
    await over;
  } finally {
    if (always) flooding?.stop();
  }
  return (await flooding?.done) ?? [];
}

function offeredBy(verdict: PairingVerdict): Outcome['offered'] {
  if (verdict.kind !== 'found') return 'nobody';
  const own: readonly string[] = Object.values(caller);
  return verdict.addresses.every((address) => own.includes(address))
    ? 'the caller'
    : 'SOMEBODY ELSE';
}
