import { pino, type DestinationStream, type Logger } from 'pino';

/** Of what is logged, what no line may hold, however deep; in lower case, without `-` and `_`. */
const secretNames: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'setcookie',
  'pin',
  'pinhash',
  'knockcode',
  'knockcodelookup',
  'codes',
  'onetimecode',
  'token',
  'secret',
  'password',
  'pass',
  'key',
  'totp',
  'uri',
  'idempotencykey',
]);

const isSecret = (name: string): boolean =>
  secretNames.has(name.toLowerCase().replaceAll(/[-_]/g, ''));

const censored = '[secret]';
/** Deeper than anything that is logged; and something that contains itself ends there. */
const deepest = 6;

/** The server's log: JSON, a line for each thing that happened. */
export function createLog(level: string, to?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    // a second lock: no line of ours has a secret, and none shall have one by a mistake
    formatters: { log: (line: Record<string, unknown>) => withoutSecrets(line, 0) },
    serializers: { err: errorOf, error: errorOf },
  };
  return to ? pino(options, to) : pino(options);
}

function withoutSecrets(line: Record<string, unknown>, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(line).map(([name, value]) => [
      name,
      isSecret(name) ? censored : within(value, depth + 1),
    ]),
  );
}

function within(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error) return value;
  if (depth > deepest) return '[deep]';
  if (Array.isArray(value)) return value.map((one: unknown) => within(one, depth + 1));
  // what says itself how it is written (a date) holds nothing by name
  if ('toJSON' in value) return value;
  return withoutSecrets(value as Record<string, unknown>, depth);
}

/** An error's own words, and no other property: what was asked for may hang on it, secrets and all. */
function errorOf(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return within(error, 0);
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(typeof code === 'string' && { code }),
    ...(error.cause !== undefined && depth < 4 && { cause: errorOf(error.cause, depth + 1) }),
  };
}
