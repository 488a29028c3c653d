import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { WireStandFailure } from '../../firewall/wire.ts';
import { reasonOf, type Log } from '../log.ts';

/** What outlasts a restart. */
export interface KeptList {
  readonly digest: string;
  /** The rules that it was checked by. */
  readonly rules: string;
  /** Unix seconds: it was at least as late as this. */
  readonly savedAt: number;
  readonly failed: readonly WireStandFailure[];
  /** Networks that get in by their elements alone, until when in Unix seconds. */
  readonly stood: readonly (readonly [network: string, until: number])[];
  readonly lines: readonly string[];
}

const title = 'dialgate standing entries, 1';
/** Far more than there can be lines. Bytes. */
const mostBytes = 64 * 1024 * 1024;
/** Lines written at once: not the whole list, which would be in memory twice. */
const piece = 10_000;

/**
 * The list in the state folder: a title, what is known of it, its lines and a check
 * sum. The file system is asked without holding anything else up: a disk may be slow.
 */
export class ListFile {
  readonly #folder: string;
  readonly #log: Log;

  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Undefined where there is none, or none that can be trusted: that is put aside. Never rejects. */
  async read(): Promise<KeptList | undefined> {
    try {
      const text = await readOwn(this.#path);
      return text === undefined ? undefined : parsed(text);
    } catch (error) {
      const aside = `${this.#path}.damaged`;
      const moved = await rename(this.#path, aside).then(
        () => `it is ${aside} now`,
        (fault: unknown) => `it could not be put aside: ${reasonOf(fault)}`,
      );
      this.#log('standing-damaged', {
        message: `${this.#path} cannot be used (${reasonOf(error)}), and ${moved}. No entry stands until dialgate sends the list again.`,
      });
      return undefined;
    }
  }

  /** There whole or as it was before, even after a power cut. Rejects with what the file system says. */
  async write(kept: KeptList): Promise<void> {
    const { lines, ...head } = kept;
    const draft = `${this.#path}.new`;
    const sum = createHash('sha256');
    const file = await open(draft, 'w', 0o600);
    try {
      const add = async (text: string): Promise<void> => {
        sum.update(text);
        await file.writeFile(text);
      };
      await add(`${title}\n${JSON.stringify(head)}\n`);
      for (let at = 0; at < lines.length; at += piece) {
        await add(`${lines.slice(at, at + piece).join('\n')}\n`);
      }
      await file.writeFile(`${sum.digest('hex')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, this.#path);
    await this.#sync();
  }

  get #path(): string {
    return join(this.#folder, 'standing');
  }

  async #sync(): Promise<void> {
    const folder = await open(this.#folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

/** If nobody but root and our own user can have written it. */
async function readOwn(path: string): Promise<string | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { uid, mode, size } = await file.stat();
    if (uid !== 0 && uid !== process.getuid?.()) throw new Error(`it belongs to uid ${uid}`);
    if ((mode & 0o022) !== 0) throw new Error('others could have written it');
    if (size > mostBytes) throw new Error('it is too long');
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function parsed(text: string): KeptList {
  const end = text.lastIndexOf('\n', text.length - 2) + 1;
  const body = text.slice(0, end);
  if (text.slice(end) !== `${sumOf(body)}\n`) throw new Error('its check sum is wrong');
  const [first, head = '', ...lines] = body.slice(0, -1).split('\n');
  if (first !== title) throw new Error('it is of another version');
  return { ...(JSON.parse(head) as Omit<KeptList, 'lines'>), lines };
}

const sumOf = (text: string): string => createHash('sha256').update(text).digest('hex');
