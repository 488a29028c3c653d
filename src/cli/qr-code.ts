import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import QRCode from 'qrcode';
import { AccessError } from '../domain/access-error.ts';

/** ISO/IEC 18004 asks for four light modules around a code. */
const margin = 4;

/**
 * A QR code in characters, two modules each. A terminal is told to show it dark on
 * light whatever its colours are: many telephones read no light code on dark.
 */
export async function drawn(text: string, inTerminal: boolean): Promise<string> {
  const plain = await QRCode.toString(text, { type: 'utf8', errorCorrectionLevel: 'M', margin });
  const lines = plain.split('\n');
  const widest = Math.max(...lines.map((line) => line.length));
  return lines
    .map((line) => (inTerminal ? `\x1b[30;107m${line.padEnd(widest)}\x1b[0m` : line))
    .join('\n');
}

/** A file for a QR code, taken before there is anything to put into it. */
interface Picture {
  draw(text: string): Promise<void>;
  /** Takes the file away again. */
  discard(): void;
}

/** @throws AccessError `conflict` when there is such a file, `invalid` when it cannot be made. */
export function newPicture(path: string): Picture {
  let file: number;
  try {
    // it holds a secret: for its owner alone, and never through a link that somebody has laid
    file = openSync(path, 'wx', 0o600);
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    throw code === 'EEXIST'
      ? new AccessError('conflict', `${path} exists already and is left alone; name a new file.`)
      : new AccessError('invalid', `${path} cannot be written (${code}); name another file.`, {
          cause,
        });
  }
  let open = true;
  const close = (): void => {
    if (open) closeSync(file);
    open = false;
  };
  return {
    async draw(text) {
      const png = await QRCode.toBuffer(text, { errorCorrectionLevel: 'M', margin, scale: 8 });
      try {
        writeFileSync(file, png);
      } catch (cause) {
        const { code = 'unknown' } = cause as NodeJS.ErrnoException;
        throw new AccessError(
          'internal',
          `${path} could not be written (${code}), but the authenticator is asked for already: use what was printed.`,
          { cause },
        );
      }
      close();
    },
    discard() {
      close();
      rmSync(path, { force: true });
    },
  };
}
