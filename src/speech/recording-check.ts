import { readFileSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import type { Seconds } from '../domain/time.ts';
import { isWav, recordingFormats, type RecordingFormat } from './recording-format.ts';

/** Longer than any prompt; a recording that goes on for longer is a mistake. */
const longest: Seconds = 60;

export const quoted = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;

/** Asterisk runs as a user of its own: every folder on the way must let others through. */
export function closedFolderOn(path: string): string | undefined {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    const found = statSync(at, { throwIfNoEntry: false });
    if (found && (found.mode & 0o001) === 0)
      return `${at} lets nobody else through, so that Asterisk cannot read what is in it. Mend it: chmod o+x ${quoted(at)}`;
  }
  return undefined;
}

/** How long the recording at this path sounds; or what is wrong with it and how to mend it, to follow its path. */
export function checkRecording(path: string): Seconds | string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) return 'is no file.';
  const extension = extname(path).slice(1);
  const format = Object.hasOwn(recordingFormats, extension)
    ? recordingFormats[extension]
    : undefined;
  if (!format) return `is of a kind that Asterisk does not play here. ${remake(path)}`;
  if ((stats.mode & 0o004) === 0)
    return `cannot be read by others, and so not by Asterisk. Mend it: chmod o+r ${quoted(path)}`;
  // far too long in any case: not worth reading
  const bytes = longest * format.bytesPerSecond;
  if (stats.size > 2 * bytes) return tooLong(path, format, isWav(readFileSync(path)));
  const file = readFileSync(path);
  const length = format.lengthOf(file);
  if (typeof length === 'string') return `${length}. ${mend(path, format, isWav(file))}`;
  return length > longest ? tooLong(path, format, isWav(file)) : length;
}

function tooLong(path: string, format: RecordingFormat, wav: boolean): string {
  const from = wav ? '-t wav' : format.sox;
  return `is longer than ${longest} s. Mend it: ${soxInPlace(path, from, format.sox, ` trim 0 ${longest}`)}`;
}

function mend(path: string, format: RecordingFormat, wav: boolean): string {
  if (wav) return `Mend it: ${soxInPlace(path, '-t wav', format.sox)}`;
  // no program can tell what this is
  return `Make it again of what was recorded: sox ORIGINAL ${format.sox} ${quoted(path)}`;
}

/** sox cannot write to the file that it reads. */
function soxInPlace(path: string, from: string, to: string, effects = ''): string {
  const mended = quoted(join(dirname(path), '.mended'));
  return `sox ${from} ${quoted(path)} ${to} ${mended}${effects} && mv ${mended} ${quoted(path)}`;
}

/** Of a file that sox may know by its name, such as .mp3. */
function remake(path: string): string {
  const name = path.slice(0, path.length - extname(path).length);
  const known = Object.keys(recordingFormats).map((extension) => `.${extension}`);
  const sox = recordingFormats['wav']?.sox ?? '';
  return `It may be ${known.join(', ')}. Make one of it: sox ${quoted(path)} ${sox} ${quoted(`${name}.wav`)} && rm ${quoted(path)}`;
}
