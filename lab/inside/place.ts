import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { KeyTiming } from '../asterisk/rtp-keys.ts';
import type { PhoneOptions } from '../asterisk/sip-phone.ts';
import { labVariable } from '../record.ts';
import { packageRoot } from '../package-root.ts';
import type { Answering, Answers, Asking, Fetched, Try, Wish } from './wishes.ts';

/** How long a stranger's connection is waited for before it counts as dropped, in ms. */
const patience = 1200;

/** A connection that is kept open, with an echo at its other end. */
export interface Held {
  /** Whether a word sent comes back within `ms` (default 1,500). */
  alive(ms?: number): Promise<boolean>;
  letGo(): Promise<void>;
}

/** A call by the quick telephone (SIPp keys a digit in 400 ms, this one in a tenth of a second). */
export interface LabCall {
  /** Settles when all is keyed. */
  key(keys: string, timing?: KeyTiming): Promise<void>;
  hangUp(): Promise<void>;
  /** Stops without a word, as a telephone that loses power. */
  vanish(): Promise<void>;
  /** Settles when the call has ended: who hung up. */
  readonly ended: Promise<'them' | 'us'>;
  /** Packets heard so far that were not silence. */
  heard(): Promise<number>;
}

/** A telephone that is called. */
export interface CalledPhoneInside {
  /** Into the latest call. */
  key(keys: string, timing?: KeyTiming): Promise<void>;
  /** Oldest first. */
  calls(): Promise<readonly { readonly number: string; readonly state: string }[]>;
}

/** One of the lab's hosts, seen from the lab. */
export interface PlaceInside {
  listen(host: string, ports: Readonly<Record<string, number>>): Promise<void>;
  tryConnect(host: string, port: number, options?: { from?: string; ms?: number }): Promise<Try>;
  /** @throws Error when the connection is not let in. */
  hold(host: string, port: number, options?: { from?: string }): Promise<Held>;
  fetch(
    url: string,
    request?: { method?: string; headers?: Record<string, string>; body?: string },
  ): Promise<Fetched>;
  /** Puts a telephone there that answers whoever calls it. */
  answersCalls(address: string, port: number): Promise<CalledPhoneInside>;
  /** Settles at the answer; rejects when there is none. */
  phone(options: PhoneOptions): Promise<LabCall>;
  stop(): void;
}

/** Starts an agent there. The prefix puts a command there; empty means here. */
export function openPlace(labId: string, prefix: readonly string[]): PlaceInside {
  const agent = join(packageRoot, 'dist/lab/inside/agent.js');
  const leash = ['setpriv', '--pdeathsig', 'KILL', '--'];
  const [program, ...args] = [...prefix, ...leash, process.execPath, agent];
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { PATH: process.env['PATH'], [labVariable]: labId },
    detached: true,
  });
  const waiting = new Map<number, { resolve: (a: unknown) => void; reject: (e: Error) => void }>();
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint = chunk.toString().slice(0, 2000)));
  child.on('message', ({ id, answer, error }: Answering) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.resolve(answer);
    else one?.reject(new Error(error));
  });
  const gone = (): void => {
    for (const one of waiting.values())
      one.reject(new Error(`the lab's agent ended. ${complaint}`));
    waiting.clear();
  };
  child.on('exit', gone);
  child.on('error', (error) => {
    complaint = error.message;
    gone();
  });
  let last = 0;

  function ask<W extends Wish>(wish: W): Promise<Answers[W['do']]> {
    const asking: Asking = { id: ++last, wish };
    return new Promise((resolve, reject) => {
      waiting.set(asking.id, { resolve: resolve as (answer: unknown) => void, reject });
      child.send(asking, (error) => {
        if (error) reject(new Error(`the lab's agent is gone. ${complaint}`, { cause: error }));
      });
    });
  }

  return {
    listen: async (host, ports) => void (await ask({ do: 'listen', host, ports })),
    tryConnect: (host, port, { from, ms = patience } = {}) =>
      ask({ do: 'try', from, host, port, ms }),
    async hold(host, port, { from } = {}) {
      const held = await ask({ do: 'hold', from, host, port, ms: patience });
      let words = 0;
      return {
        alive: (ms = 1500) => ask({ do: 'echo', held, text: `word ${++words}\n`, ms }),
        letGo: async () => void (await ask({ do: 'let-go', held })),
      };
    },
    fetch: (url, { method = 'GET', headers = {}, body } = {}) =>
      ask({ do: 'fetch', url, method, headers, body, ms: 20_000 }),
    async answersCalls(address, port) {
      await ask({ do: 'be-called', address, port });
      return {
        key: async (keys, timing) => void (await ask({ do: 'key-called', keys, timing })),
        calls: () => ask({ do: 'calls-that-came' }),
      };
    },
    async phone(options) {
      const call = await ask({ do: 'phone', options });
      const ended = ask({ do: 'call-end', call });
      ended.catch(() => undefined); // who stops the place does not wait for its calls
      return {
        key: async (keys, timing) => void (await ask({ do: 'key', call, keys, timing })),
        hangUp: async () => void (await ask({ do: 'hang-up', call })),
        vanish: async () => void (await ask({ do: 'vanish', call })),
        ended,
        heard: () => ask({ do: 'heard', call }),
      };
    },
    stop: () => void child.kill('SIGKILL'),
  };
}
