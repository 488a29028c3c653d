import type { AccessErrorCode } from '../domain/access-error.ts';

/** What can be wrong with a request before the rules ever see it. */
type EdgeCode =
  | 'method-not-allowed'
  | 'request-timeout'
  | 'too-large'
  | 'unsupported-media-type'
  | 'expectation-failed'
  | 'misdirected'
  | 'headers-too-large'
  | 'timed-out';

export type ProblemCode = AccessErrorCode | EdgeCode;

/** The one table from codes to HTTP: status (RFC 9110, RFC 6585) and title. A code never changes its meaning. */
export const problems: Readonly<Record<ProblemCode, readonly [status: number, title: string]>> = {
  invalid: [400, 'The request is malformed'],
  unauthorized: [401, 'A valid token is needed'],
  forbidden: [403, 'The token may not do this'],
  'not-found': [404, 'There is no such thing'],
  'method-not-allowed': [405, 'The method does not exist here'],
  'request-timeout': [408, 'The request did not come whole in time'],
  conflict: [409, 'It is so already, or the name is taken'],
  'last-administrator': [409, 'It is the last token of an administrator'],
  'too-many-open': [409, 'Too many addresses are open'],
  'user-disabled': [409, 'The user is disabled'],
  'user-changed': [409, 'The user has been changed in the meantime'],
  'key-in-use': [409, 'The same request is being done now'],
  'outcome-unknown': [409, 'It was begun, and nobody knows what came of it'],
  'precondition-failed': [412, 'It is not what it was when you looked'],
  'too-large': [413, 'The request is too large'],
  'unsupported-media-type': [415, 'The body must be plain JSON'],
  'expectation-failed': [417, 'Nothing can be expected but 100-continue'],
  misdirected: [421, 'This server does not go by that name'],
  'address-refused': [422, 'The address cannot be opened'],
  'key-reused': [422, 'The key was used for another request'],
  'too-many-requests': [429, 'Too many requests'],
  'headers-too-large': [431, 'The headers are too many or too large'],
  internal: [500, 'Something went wrong here'],
  'call-failed': [502, 'Nobody answered the telephone'],
  'firewall-refused': [502, 'The firewall refused'],
  'firewall-unavailable': [503, 'The firewall cannot be reached'],
  'speech-failed': [503, 'Speech failed'],
  'store-failed': [503, 'The database failed'],
  'timed-out': [504, 'No answer in time'],
};
