import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { addresses } from '../lab/network.ts';
import { extension, type Lab } from '../lab/lab.ts';
import { startLab } from '../lab/start-lab.ts';
import { ack, keyEnd, syn, type Packet } from './capture.ts';
import type { Result } from './result.ts';
import { heading, row, spreadOf } from './statistics.ts';
import { capture, instrument } from './tcpdump.ts';

const secrets = { knockCode: '233*245*478', pin: '471147114711' };
const webPort = 443;
const usualCalls = 20;

/** What one call took, in ms. */
interface Sample {
  /** From the packet that ends key 1, at the server's interface, to the first SYN that is let in. */
  readonly keyToFirstPacket: number;
  readonly keyToDecision: number;
  readonly decisionToConfirmed: number;
  readonly helper: number;
  readonly kernel: number;
  readonly confirmedToFirstPacket: number;
}

/**
 * From key 1 arriving at Asterisk to the first packet let in, by real calls in
 * the lab; all times are taken on one clock, at the server's own interfaces.
 */
export async function keyToOpen(words: readonly string[]): Promise<Result> {
  const calls = Number(words.find((word) => /^[0-9]+$/.test(word)) ?? usualCalls);
  const lab = await startLab({ config: { log: { level: 'debug' } } });
  const samples: Sample[] = [];
  try {
    await lab.rest('POST', '/v1/users', { name: 'bench', ...secrets });
    for (let call = 0; call <= calls; call++) {
      const sample = await measure(lab);
      // the first call warms everything up and is not counted
      if (call > 0) samples.push(sample);
      process.stdout.write(
        `\rcall ${call} of ${calls}: ${sample.keyToFirstPacket.toFixed(2)} ms   `,
      );
    }
  } finally {
    await lab.stop();
  }
  const spread = (part: keyof Sample) => spreadOf(samples.map((sample) => sample[part]));
  const figures = {
    calls,
    keyToFirstPacket: spread('keyToFirstPacket'),
    keyToDecision: spread('keyToDecision'),
    decisionToConfirmed: spread('decisionToConfirmed'),
    helper: spread('helper'),
    kernel: spread('kernel'),
    confirmedToFirstPacket: spread('confirmedToFirstPacket'),
  };
  process.stdout.write(
    [
      `\r\nFrom key 1 arriving to the first packet let in, ${calls} calls`,
      heading,
      row('key 1 ends at the server → first SYN let in', figures.keyToFirstPacket),
      row('  key 1 → Asterisk → ARI event → decision', figures.keyToDecision),
      row('  decision → helper → kernel confirmed', figures.decisionToConfirmed),
      row('    of which in the helper', figures.helper),
      row('    of which nft and the kernel', figures.kernel),
      row('  confirmed → next SYN (one a millisecond)', figures.confirmedToFirstPacket),
      '',
    ].join('\n'),
  );
  return { figures };
}

async function measure(lab: Lab): Promise<Sample> {
  const { log } = lab.serve;
  const from = log.lines.length;
  const event = (
    name: string,
    more: (fields: Readonly<Record<string, unknown>>) => boolean = () => true,
  ) => log.waitFor(name, ({ fields }) => fields['event'] === name && more(fields), 20_000, from);
  const listening = await capture(
    lab,
    `(udp and src host ${addresses.carrier}) or (tcp and port ${webPort} and tcp[tcpflags] & tcp-syn != 0)`,
  );
  const call = await lab.places.carrier.phone({
    to: lab.line.to,
    address: lab.line.from,
    extension,
    callerNumber: '5550119',
    keysAtAnswer: `${secrets.knockCode}#${secrets.pin}#${addresses.roaming.replaceAll('.', '*')}#`,
  });
  await event('prompt', (fields) => fields['prompt'] === 'read-back');
  const knocker = instrument(lab.at('roaming'), [
    process.execPath,
    fileURLToPath(new URL('knocker.js', import.meta.url)),
    lab.server,
    String(webPort),
  ]);
  await sleep(250);
  await call.key('1');
  const decided = await event('keys', (fields) => fields['question'] === 'read-back');
  const timing = await event('gate-timing');
  await event('prompt', (fields) => fields['prompt'] === 'opened');
  await sleep(50);
  knocker.stdin?.end();
  await once(knocker, 'exit');
  await call.hangUp();
  const packets = await listening.packets();
  const { body } = await lab.rest('GET', '/v1/grants?state=active');
  for (const { id } of body.items) await lab.rest('DELETE', `/v1/grants/${id}`);

  const key = keyOne(packets);
  const letIn = firstLetIn(packets);
  const decision = Number(decided.fields['at']);
  const confirmed = decision + Number(timing.fields['ms']);
  return {
    keyToFirstPacket: letIn - key,
    keyToDecision: decision - key,
    decisionToConfirmed: confirmed - decision,
    helper: Number(timing.fields['total']) / 1000,
    kernel: Number(timing.fields['kernel']) / 1000,
    confirmedToFirstPacket: letIn - confirmed,
  };
}

/** When the last key of the call ended: the first of the (thrice sent) end packets of the last event. */
function keyOne(packets: readonly Packet[]): number {
  const ends = packets.filter((packet) => keyEnd(packet) !== undefined);
  const last = ends.at(-1);
  if (!last || keyEnd(last) !== 1) throw new Error('the capture does not end with key 1');
  const event = last.payload.readUInt32BE(4); // the RTP timestamp is the event's own
  const first = ends.find(({ payload }) => payload.readUInt32BE(4) === event);
  return (first ?? last).at;
}

/** When the SYN arrived that was the first to be answered. */
function firstLetIn(packets: readonly Packet[]): number {
  const answer = packets.find(
    ({ protocol, flags }) => protocol === 'tcp' && (flags & (syn | ack)) === (syn | ack),
  );
  if (!answer) throw new Error('no connection was let in');
  const asked = packets.findLast(
    ({ at, flags, from }) => at <= answer.at && (flags & ack) === 0 && from.port === answer.to.port,
  );
  if (!asked) throw new Error('the capture has an answer without its SYN');
  return asked.at;
}
