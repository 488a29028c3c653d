import type { RequestOptions } from 'node:http';
import { AccessError } from '../domain/access-error.ts';

/** Where the server is: by TCP with a token, or by its Unix socket, named for the record. */
export type Target =
  | { readonly url: string; readonly token: string }
  | { readonly socketPath: string; readonly cliUser?: string | undefined };

interface Reach {
  readonly options: RequestOptions;
  readonly headers: Readonly<Record<string, string>>;
  /** As people should read it; never holds the token. */
  readonly name: string;
}

/** @throws AccessError `invalid` when the target is malformed. */
export function reach(target: Target): Reach {
  if ('socketPath' in target) {
    const { socketPath, cliUser } = target;
    return {
      options: {
        socketPath,
      },
      headers: {
        Host: 'localhost',
        ...(cliUser !== undefined && {
          'X-Dialgate-Cli-User': cliUser.replace(/[^A-Za-z0-9._-]/g, ''),
        }),
      },
      name: socketPath,
    };
  }
  const url = URL.canParse(target.url) ? new URL(target.url) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') {
    throw new AccessError('invalid', 'The server must be a URL such as http://127.0.0.1:8080.');
  }
  if (!/^[A-Za-z0-9._~+/=-]{1,512}$/.test(target.token)) {
    throw new AccessError('invalid', 'The token is malformed: copy it again, whole and alone.');
  }
  return {
    options: {
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port,
      path: url.pathname.replace(/\/$/, ''),
    },
    headers: { Authorization: `Bearer ${target.token}` },
    name: url.origin,
  };
}
