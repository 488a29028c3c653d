import { setTimeout as sleep } from 'node:timers/promises';
import type { PlaceInside } from './inside/place.ts';
import type { LabUser, RestAnswer } from './lab.ts';
import type { Product } from './product.ts';
import { sh } from './shell.ts';

/** The two ways in which people speak to dialgate: the command line and REST. */
export interface Asking {
  cli(...words: readonly string[]): Promise<string>;
  addUser(name: string): Promise<LabUser>;
  addToken(name: string, role: 'admin' | 'auditor'): Promise<string>;
}

export function askByCli({ cli }: Product): Asking {
  const run = (...words: readonly string[]): Promise<string> => {
    const [program = '', ...args] = [...cli, ...words];
    return sh(program, ...args);
  };
  return {
    cli: run,
    async addUser(name) {
      const made = JSON.parse(await run('user', 'add', name, '--json')) as LabUser;
      return { name, knockCode: made.knockCode, pin: made.pin };
    },
    async addToken(name, role) {
      const text = await run('token', 'add', name, '--role', role, '--json');
      return (JSON.parse(text) as { secret: string }).secret;
    },
  };
}

export type Rest = (method: string, path: string, body?: unknown) => Promise<RestAnswer>;

/** REST is on the server's loopback, so it is asked from there. */
export function askByRest({ restUrl }: Product, token: string, server: PlaceInside): Rest {
  return async (method, path, body) => {
    const answer = await server.fetch(`${restUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: answer.body === '' ? null : JSON.parse(answer.body) };
  };
}

/** Until every part says that it is well: Asterisk may have come up after dialgate looked. */
export async function callsCanCome(rest: Rest): Promise<void> {
  let health: RestAnswer | undefined;
  for (let tries = 0; tries < 200; tries++) {
    health = await rest('GET', '/v1/health');
    if (health.status === 200 && health.body.ok === true) return;
    await sleep(50);
  }
  throw new Error(`The lab did not get well: ${JSON.stringify(health?.body)}`);
}
