/**
 * The one error of this house. `code` is for programs and for the words that
 * each edge chooses (spoken prompt, problem+json, CLI line); `message` says what
 * happened and what to do, is safe to show to an administrator and never holds
 * a secret. The underlying fault, if any, is in `cause` and goes to the log only.
 */
export const accessErrorCodes = [
  'invalid', // the request itself is malformed
  'unauthorized', // no token, or not a valid one
  'forbidden', // the token's role may not do this
  'not-found',
  'conflict', // such a thing exists already, or has ended already
  'key-reused', // an Idempotency-Key with another request
  'key-in-use', // a request with it is under way
  'outcome-unknown', // it was begun, and nobody knows what came of it
  'precondition-failed', // not what the asker has seen
  'too-many-requests',
  'address-refused', // impossible, private, reserved or own
  'last-administrator', // nobody could administer by a token afterwards
  'too-many-open', // the user's cap on open addresses is reached
  'user-disabled',
  'user-changed', // their secrets or rules were changed since they were recognised
  'firewall-unavailable', // the helper cannot be reached or did not confirm in time
  'firewall-refused', // the helper or the kernel said no
  'call-failed', // nobody answered the telephone that we called
  'speech-failed',
  'store-failed',
  'internal',
] as const;
export type AccessErrorCode = (typeof accessErrorCodes)[number];

export class AccessError extends Error {
  override readonly name = 'AccessError';
  readonly code: AccessErrorCode;

  constructor(code: AccessErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
