import type { Role } from '../../../src/domain/token.ts';
import { fc } from '../../property.ts';
import type { Description } from './description.ts';
import type { FuzzedHouse } from './house.ts';
import type { Json } from './json.ts';
import { requests, type Asking } from './requests.ts';
import type { Answered } from './send.ts';
import type { Known } from './values.ts';

export interface Attack {
  /** Whose token is shown with each request, unless that header is spoilt; undefined where it is none. */
  readonly secret: () => Promise<{ readonly name?: string; readonly secret?: string }>;
  readonly role: Role | undefined;
  readonly count: number;
  readonly seed: number;
  /** One after the other, what each has changed is looked at; otherwise only the answers are. */
  readonly atOnce?: number;
  /** Called after each lot. */
  readonly pause?: () => Promise<void> | void;
}

/** What was sent, and what came of it. */
export interface Tally {
  readonly statuses: Readonly<Record<string, number>>;
  readonly changes: number;
  readonly operations: number;
}

const lot = 250;
/** By the clock of the house, between two requests, in ms. */
const step = 1000;

/** Sends so many generated requests. @throws Error at the first thing that is not as it should be. */
export async function attack(fuzzed: FuzzedHouse, wanted: Attack): Promise<Tally> {
  const { description, sender, house, state } = fuzzed;
  const { count, seed, role, atOnce = 1 } = wanted;
  const statuses: Record<string, number> = {};
  const reached = new Set<string>();
  let changes = 0;

  async function one(asking: Asking): Promise<void> {
    const visitor = await wanted.secret();
    if (atOnce === 1) state.changed(); // there may be a new token
    const sent = withHeaders(asking, visitor.secret);
    const answered = await sender.send(sent);
    house.clock.now += step;
    statuses[answered.status] = (statuses[answered.status] ?? 0) + 1;
    const fault = faultOf(asking, answered);
    if (fault !== '') {
      throw new Error(`${fault}: ${answered.status} ${answered.text.slice(0, 500)}`);
    }
    const operation = description.at(sent.method, sent.target)?.operation;
    if (operation && answered.status < 300 && answered.status > 0)
      reached.add(operation.operationId);
    if (atOnce > 1) return;
    const changed = state.changed();
    if (changed.length === 0) return;
    changes += 1;
    const rows = await fuzzed.recorded();
    const spoiltToken = asking.headers.some(([name]) => name === 'Authorization');
    const may =
      role !== undefined && !spoiltToken && operation?.['x-roles']?.includes(role) === true;
    if (!may) throw new Error(`${changed.join(', ')} changed without a right`);
    if (role === 'operator' && changed.some((table) => table !== 'grants')) {
      throw new Error(`${changed.join(', ')} changed, and not grants alone`);
    }
    if (answered.status >= 300 || sent.method === 'GET' || sent.method === 'HEAD') {
      throw new Error(`${changed.join(', ')} changed, and the answer does not say so`);
    }
    const by = `token:${visitor.name}`;
    if (!rows.some(({ actor }) => actor === by)) {
      throw new Error(`${changed.join(', ')} changed, and the record has nothing of ${by}`);
    }
  }

  function faultOf(asking: Asking, answered: Answered): string {
    if (answered.status === 0) return isLarge(asking) ? '' : 'there was no answer';
    if (answered.status >= 500) return 'the server failed';
    if ('polluted' in {}) return 'the prototype of all objects was changed';
    return description.misfit(asking.method, asking.target, answered);
  }

  for (let begun = 0, n = 0; begun < count; begun += lot, n++) {
    const generated = requestsTo(description, await fuzzed.furnish());
    state.changed();
    await fuzzed.recorded();
    const all = fc.sample(generated, { seed: seed + n, numRuns: Math.min(lot, count - begun) });
    const waiting = all.entries();
    const worker = async (): Promise<void> => {
      for (const [nth, asking] of waiting) {
        await one(asking).catch((error: unknown) => {
          const what = `${(error as Error).message}\nseed ${seed}, lot ${n}, request ${nth}:`;
          throw new Error(`${what}\n${shown(asking)}`, { cause: error });
        });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    await wanted.pause?.();
  }
  return { statuses, changes, operations: reached.size };
}

/** What the requests find; other things by and by. */
let known: Record<string, readonly Json[]> | undefined;
let arbitrary: fc.Arbitrary<Asking> | undefined;

/** Made once a process: it takes a while, and the description is always the same. */
function requestsTo({ operations }: Description, there: Known): fc.Arbitrary<Asking> {
  known = Object.assign(known ?? {}, there);
  arbitrary ??= requests(operations, known);
  return arbitrary;
}

function withHeaders(asking: Asking, secret: string | undefined): Asking {
  const has = (wanted: string): boolean => asking.headers.some(([name]) => name === wanted);
  const headers = [...asking.headers];
  if (secret !== undefined && !has('Authorization')) {
    headers.push(['Authorization', `Bearer ${secret}`]);
  }
  if (asking.body !== undefined && !has('Content-Type')) {
    headers.push(['Content-Type', 'application/json']);
  }
  return { ...asking, headers };
}

/** The server may close while it is still being sent. */
const isLarge = ({ target, headers, body = '' }: Asking): boolean =>
  target.length + headers.join('').length > 16_000 || body.length > 60_000;

function shown(asking: Asking): string {
  const short = (text: string): string =>
    text.length > 2000 ? `${text.slice(0, 2000)}… (${text.length})` : text;
  const { method, target, headers, body, spoilt } = asking;
  return [
    short(`${method} ${target}`),
    ...headers.map(([name, value]) => short(`${name}: ${JSON.stringify(value)}`)),
    short(body ?? '(no body)'),
    `spoilt: ${spoilt.join('; ') || 'nothing'}`,
  ].join('\n');
}
