import { useEffect, useState } from 'preact/hooks';
import type { SessionAnswer } from '../../http/answers/sessions.ts';
import { ask, get, whenSignedOut } from './ask.ts';
import { asProblem, type Problem } from './problem.ts';

export type SessionState =
  | { readonly is: 'unknown' }
  /** It cannot be told: the server does not answer. */
  | { readonly is: 'unreachable'; readonly problem: Problem }
  | { readonly is: 'out'; readonly why: 'never' | 'ended' | 'left' }
  | { readonly is: 'in'; readonly session: SessionAnswer };

let state: SessionState = { is: 'unknown' };
const listeners = new Set<() => void>();

function become(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

whenSignedOut(() => {
  if (state.is === 'in') become({ is: 'out', why: 'ended' });
});

/** Asks whether there is a session, at the start and when the server could not be reached. */
export async function lookForSession(): Promise<void> {
  try {
    become({ is: 'in', session: await get<SessionAnswer>('/v1/session') });
  } catch (error) {
    const problem = asProblem(error);
    const wasIn = state.is === 'in';
    if (problem.status === 401) become({ is: 'out', why: wasIn ? 'ended' : 'never' });
    else if (!wasIn) become({ is: 'unreachable', problem });
  }
}

/** @throws Problem `unauthorized` when the token is none or not live. */
export async function signIn(token: string): Promise<void> {
  const { body } = await ask<SessionAnswer>('POST', '/v1/session', { body: { token } });
  become({ is: 'in', session: body });
}

/** @throws Problem when the server could not be told; then the session goes on. */
export async function signOut(): Promise<void> {
  try {
    await ask('DELETE', '/v1/session');
  } catch (error) {
    if (asProblem(error).status !== 401) throw error;
  }
  become({ is: 'out', why: 'left' });
}

export function useSessionState(): SessionState {
  const [, redraw] = useState(0);
  useEffect(() => {
    const listener = (): void => redraw((count) => count + 1);
    listeners.add(listener);
    // it may have changed between the drawing and this
    listener();
    return () => void listeners.delete(listener);
  }, []);
  return state;
}

/** What the role may do (docs/rest.md): a button that the API would refuse is not shown. */
export interface Rights {
  readonly role: SessionAnswer['role'];
  readonly name: string;
  /** Take access away. */
  readonly close: boolean;
  /** Open, add, change, remove. */
  readonly change: boolean;
  /** See the record, the tokens and the configuration. */
  readonly readRecord: boolean;
}

/** Of whoever is signed in; drawn only where somebody is. */
export function useRights(): Rights {
  const seen = useSessionState();
  const session = seen.is === 'in' ? seen.session : undefined;
  const role = session?.role ?? 'auditor';
  return {
    role,
    name: session?.name ?? '',
    close: role === 'admin' || role === 'operator',
    change: role === 'admin',
    readRecord: role === 'admin' || role === 'auditor',
  };
}
