import type { WireAnswer, WireRequest } from '../firewall/wire.ts';
import { Refused } from '../firewall/wire-rules.ts';
import type { Gate } from './gate.ts';
import { reasonOf, type Log } from './log.ts';
import type { Recordings } from './recording/recordings.ts';
import type { Standing } from './standing/standing.ts';
import type { Bans } from './unban/bans.ts';

export interface Doors {
  readonly gate: Gate;
  readonly recordings: Pick<Recordings, 'begin' | 'seen' | 'end'>;
  readonly standing: Pick<Standing, 'status' | 'take'>;
  readonly bans: Pick<Bans, 'lift'>;
}

/** The closed table of what may be asked. Never rejects. */
export async function answer(
  doors: Doors,
  log: Log,
  request: WireRequest,
  receivedAt: number,
): Promise<WireAnswer> {
  const { id, verb } = request;
  try {
    const result = await carryOut(doors, request, receivedAt);
    if (verb === 'open' || verb === 'close') log(verb, { address: request.address, ...result });
    // not the ports: they may be somebody's knock code
    if (verb === 'record' || verb === 'unrecord') log(verb);
    if (verb === 'sync') log(verb, summary(result));
    if (result.stood) log(verb, { ...result.stood, failed: result.stood.failed.length });
    return { id, ok: true, ...result };
  } catch (error) {
    const refused =
      error instanceof Refused ? error : new Refused('kernel', `Unexpected: ${reasonOf(error)}`);
    const { code, message } = refused;
    log('refused', { verb, code, message });
    return { id, ok: false, error: { code, message } };
  }
}

type Result = Omit<Extract<WireAnswer, { ok: true }>, 'id' | 'ok'>;

async function carryOut(
  { gate, recordings, standing, bans }: Doors,
  request: WireRequest,
  receivedAt: number,
): Promise<Result> {
  switch (request.verb) {
    case 'open': {
      const timings = await gate.open(request, receivedAt);
      bans.lift(request.address);
      return { timings };
    }
    case 'close':
      await gate.close(request.address);
      return {};
    case 'list':
      return { addresses: await gate.list() };
    case 'sync':
      return { report: await gate.sync(request.openings) };
    case 'limits':
      return { limits: gate.told() };
    case 'packets':
      return { packets: await gate.packetsFrom(request.address) };
    case 'record':
      return recordings.begin(request.ports, request.seconds);
    case 'recorded':
      return recordings.seen(request.recording);
    case 'unrecord':
      await recordings.end(request.recording);
      return {};
    case 'standing':
      return { standing: await standing.status() };
    case 'stand': {
      const stood = await standing.take(request);
      return stood ? { stood } : {};
    }
    case 'ping':
    default:
      return {};
  }
}

function summary({ report }: Result): Record<string, number> {
  return {
    opened: report?.opened.length ?? 0,
    closed: report?.closed.length ?? 0,
    failed: report?.failed.length ?? 0,
  };
}
