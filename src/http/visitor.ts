import type { Response } from 'express';
import type { Actor } from '../domain/attempt.ts';
import type { Instant } from '../domain/time.ts';
import type { Role } from '../domain/token.ts';

/** Who came in by a door. */
export interface Visitor {
  readonly by: Actor;
  readonly role: Role;
  /** When what they came with ends if nothing more is done; null: not by itself. */
  readonly endsAt: Instant | null;
  /** The secret of their session, where they came with one. */
  readonly session?: string;
  /** Whether they would be let in now, with the same role; what goes on for long asks again. */
  stillIn(): Promise<boolean>;
}

export function visitorOf(response: Response): Visitor | undefined {
  return response.locals['visitor'] as Visitor | undefined;
}

export function letIn(response: Response, visitor: Visitor): void {
  response.locals['visitor'] = visitor;
}
