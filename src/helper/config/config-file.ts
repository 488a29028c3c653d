import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { findProgram } from '../program.ts';
import { ConfigError } from './config-values.ts';
import { readConfig, type HelperConfig } from './config.ts';

/**
 * Reads the file that limits the helper, if nobody but root can have written it:
 * whoever may change it may open any port to anybody.
 *
 * @throws ConfigError in one sentence that names the mend.
 */
export function loadConfig(path: string): HelperConfig {
  return configIn(path, readTrusted(path));
}

/** What `text`, which stands in the file, says. @throws ConfigError that names the file. */
export function configIn(path: string, text: string): HelperConfig {
  try {
    return readConfig(text);
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(`${path}: ${error.message}`);
    throw error;
  }
}

/**
 * The first of the configured places where nft can be run; a host of iptables may do without.
 * @throws ConfigError
 */
export function findNft(config: HelperConfig): string | undefined {
  const found = findProgram(config.nft);
  if (found !== undefined || config.backend.kind === 'ipset') return found;
  throw new ConfigError(
    `nft is not at ${config.nft.join(' or ')}: install the package nftables, or name its path under "nft".`,
  );
}

/** The file's text. @throws ConfigError when others than root can have written it, or it cannot be read. */
export function readTrusted(path: string): string {
  let descriptor: number;
  try {
    // not through a link: its target could be exchanged by whoever owns the link
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new ConfigError(
      `${path} cannot be read (${why}): copy deploy/helper.json.example there, or give --config.`,
    );
  }
  try {
    // the open file is asked, not the path: nothing can be swapped in between
    const { mode, uid } = fstatSync(descriptor);
    if (uid !== 0) {
      throw new ConfigError(
        `${path} belongs to uid ${uid}, not to root: run "chown root ${path}".`,
      );
    }
    if ((mode & 0o022) !== 0) {
      throw new ConfigError(
        `${path} can be written by others than root: run "chmod go-w ${path}".`,
      );
    }
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}
