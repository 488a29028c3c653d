import { connect } from 'node:net';
import { AccessError } from '../domain/access-error.ts';
import type {
  AdminConnection,
  EnableRequest,
  GuardPlan,
  GuardStatus,
  RestoreReport,
} from '../domain/guard.ts';
import type { GuardControl } from '../domain/ports.ts';
import { longestAnswer } from './wire.ts';
import { LineReader } from './wire-lines.ts';
import type { WireGuardAnswer, WireGuardRequest } from './wire-guard.ts';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
type Ask = WithoutId<WireGuardRequest>;
type Done = Extract<WireGuardAnswer, { ok: true }>;

/** Each nft in it may take 10 s, and a restore runs several. Milliseconds. */
const usualDeadline = 60_000;

/** The guard as the helper keeps it: a connection for each request, to the socket that is root's alone. */
export class GuardClient implements GuardControl {
  readonly #socket: string;
  readonly #deadline: number;

  /** `deadline` in milliseconds, for the whole of a request. */
  constructor(socket: string, deadline = usualDeadline) {
    this.#socket = socket;
    this.#deadline = deadline;
  }

  status(): Promise<GuardStatus> {
    return this.#status({ verb: 'status' });
  }

  async plan(connection: AdminConnection | null): Promise<GuardPlan> {
    return present((await this.#ask({ verb: 'plan', connection })).plan);
  }

  enable(request: EnableRequest): Promise<GuardStatus> {
    return this.#status({ verb: 'enable', ...request });
  }

  confirm(): Promise<GuardStatus> {
    return this.#status({ verb: 'confirm' });
  }

  /** Whoever is about to be locked out needs a way that works without the helper, too. */
  disable(): Promise<GuardStatus> {
    return this.#status({ verb: 'disable' }).catch((error: unknown) => {
      if (!(error instanceof AccessError) || error.code !== 'firewall-unavailable') throw error;
      throw new AccessError(
        error.code,
        `${error.message} With the helper stopped, "nft delete table inet dialgate" disarms the guard until the helper is started again.`,
        { cause: error },
      );
    });
  }

  async restore(apply: boolean): Promise<RestoreReport> {
    return present((await this.#ask({ verb: 'restore', apply })).restore);
  }

  resume(): Promise<GuardStatus> {
    return this.#status({ verb: 'resume' });
  }

  async #status(ask: Ask): Promise<GuardStatus> {
    return present((await this.#ask(ask)).status);
  }

  async #ask(ask: Ask): Promise<Done> {
    const answer = read(await this.#line(`${JSON.stringify({ id: 1, ...ask })}\n`));
    if (answer.ok) return answer;
    const unknown = answer.error.code === 'busy' || answer.error.code === 'unconfirmed';
    throw new AccessError(
      unknown ? 'firewall-unavailable' : 'firewall-refused',
      answer.error.message,
    );
  }

  /** Sends one line and resolves with the one that comes back. */
  #line(request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.#socket);
      const reader = new LineReader(longestAnswer);
      const late = setTimeout(() => {
        socket.destroy(new Error(`no answer within ${this.#deadline / 1000} s`));
      }, this.#deadline);
      socket.on('connect', () => socket.write(request));
      socket.on('data', (chunk: Buffer) => {
        for (const line of reader.feed(chunk)) {
          if ('text' in line) resolve(line.text);
          else reject(this.#unavailable(line.message));
          socket.destroy();
        }
      });
      socket.on('error', (error: NodeJS.ErrnoException) => reject(this.#failure(error)));
      socket.on('close', () => {
        clearTimeout(late);
        // changes nothing where it has been settled
        reject(this.#unavailable('it closed the connection without an answer'));
      });
    });
  }

  #failure(error: NodeJS.ErrnoException): AccessError {
    if (error.code === 'EACCES') {
      return new AccessError(
        'forbidden',
        'Only root may see to the guard: run this as root, such as with sudo.',
        { cause: error },
      );
    }
    return this.#unavailable(error.message);
  }

  #unavailable(why: string): AccessError {
    return new AccessError(
      'firewall-unavailable',
      `The firewall helper did not answer at ${this.#socket} (${why}): see whether dialgate-helper runs, and whether helper.json names another "adminSocket".`,
    );
  }
}

function read(line: string): WireGuardAnswer {
  try {
    const answer: unknown = JSON.parse(line);
    if (typeof answer === 'object' && answer !== null && 'ok' in answer) {
      return answer as WireGuardAnswer;
    }
  } catch {
    // told below
  }
  throw new AccessError('internal', 'The helper sent what is no answer: versions may differ.');
}

function present<T>(value: T | undefined): T {
  if (value !== undefined) return value;
  throw new AccessError('internal', 'The helper left something out: versions may differ.');
}
