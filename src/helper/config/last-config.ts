import { join } from 'node:path';
import { bootId } from '../arming/kept-state.ts';
import { keepFile, keptFile } from '../keep-file.ts';
import { reasonOf, type Log } from '../log.ts';
import { configIn, readTrusted } from './config-file.ts';
import { ConfigError } from './config-values.ts';
import { readConfig, type HelperConfig } from './config.ts';

export interface Chosen {
  readonly config: HelperConfig;
  /** The one that last worked; undefined where none is known. */
  readonly before: HelperConfig | undefined;
  /** To be called when the helper runs by it. Never throws. */
  readonly works: () => void;
}

interface Last {
  /** The start of the host at which a helper last ran by `text`. */
  readonly boot: string;
  readonly text: string;
}

/**
 * The configuration in `path`, if it can be used. Where it cannot, and no helper has run since the host
 * was started, the one that last worked: without any, the guard would not stand, and nobody could be let
 * in. Later the guard stands in the kernel, and who made the fault shall hear of it: it is refused.
 * `folder` is where the last one is kept; undefined keeps none.
 *
 * @throws ConfigError
 */
export function chooseConfig(path: string, folder: string | undefined, log: Log): Chosen {
  const file = folder === undefined ? undefined : join(folder, 'last-config');
  try {
    const text = readTrusted(path);
    const config = configIn(path, text);
    const before = file === undefined ? undefined : kept(file)?.config;
    return { config, before, works: () => keep(file, text, log) };
  } catch (error) {
    const last = file !== undefined && error instanceof ConfigError ? kept(file) : undefined;
    // where it has been used since the host was started, the guard stands
    if (!last || (last.boot === bootId() && last.boot !== '')) throw error;
    const standIn = `${reasonOf(error)} Until that is mended and dialgate-helper is restarted, it runs by the configuration that worked before the host was started.`;
    log('config-refused', { level: 'error', message: standIn });
    return { config: { ...last.config, standIn }, before: last.config, works: () => {} };
  }
}

function keep(file: string | undefined, text: string, log: Log): void {
  if (file === undefined) return;
  const last: Last = { boot: bootId(), text };
  const line = JSON.stringify(last);
  try {
    if (keptFile(file) !== line) keepFile(file, line);
  } catch (error) {
    log('state-failed', {
      level: 'error',
      message: `Should helper.json be faulty at the next boot, the guard would not stand: ${reasonOf(error)}.`,
    });
  }
}

/** Undefined where there is none that can be used. */
function kept(
  file: string,
): { readonly boot: string | undefined; readonly config: HelperConfig } | undefined {
  try {
    const { boot, text } = JSON.parse(keptFile(file) ?? '{}') as Partial<Last>;
    return text === undefined ? undefined : { boot, config: readConfig(text) };
  } catch {
    return undefined; // what is wrong with helper.json is to be told, not this
  }
}
