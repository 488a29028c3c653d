import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { AccessError } from '../domain/access-error.ts';
import type { Language } from '../ivr/prompts.ts';
import { spokenLanguages } from './languages.ts';
import { checkRecording, closedFolderOn } from './recording-check.ts';
import type { SoundFile } from './sound-cache.ts';
import type { Wording } from './wording.ts';

/** A site's own sound for a piece; of several formats Asterisk takes the one that suits the call. */
export interface Recording extends SoundFile {
  readonly files: readonly string[];
}

/**
 * Reads `<folder>/<language>/<piece>.<ext>`, all of it, and gives the recordings by
 * `<language>/<piece>`. Folders of languages that are not spoken are left alone.
 * @throws AccessError `invalid` naming each wrong file, what is wrong, and how to mend it.
 */
export function readRecordings(
  folder: string,
  wordings: ReadonlyMap<Language, Wording>,
): ReadonlyMap<string, Recording> {
  const recordings = new Map<string, Recording>();
  const faults: string[] = [];
  for (const language of namesIn(folder)) {
    if (!Object.hasOwn(spokenLanguages, language)) {
      const known = Object.keys(spokenLanguages).join(', ');
      faults.push(`${join(folder, language)} is no language's folder; there may be: ${known}.`);
    }
    const wording = wordings.get(language);
    if (!wording) continue;
    const closed = closedFolderOn(join(folder, language));
    if (closed !== undefined) faults.push(closed);
    const pieces = wording.fixedPieces.flatMap(({ recording }) => recording ?? []);
    for (const file of namesIn(join(folder, language))) {
      const path = join(folder, language, file);
      const name = file.slice(0, file.length - extname(file).length);
      const found = pieces.includes(name) ? checkRecording(path) : unknownPiece(name, pieces);
      if (typeof found === 'string') {
        faults.push(`${path} ${found}`);
        continue;
      }
      const other = recordings.get(`${language}/${name}`);
      recordings.set(`${language}/${name}`, {
        path: join(folder, language, name),
        length: Math.max(found, other?.length ?? 0),
        files: [...(other?.files ?? []), path],
      });
    }
  }
  if (faults.length === 0) return recordings;
  throw new AccessError(
    'invalid',
    `The recordings in ${folder} (speech.recordings) are not right.\n${faults.join('\n')}`,
  );
}

/** Everything in a folder that is not hidden. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort();
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new AccessError(
      'invalid',
      missing
        ? `There is no folder ${folder} (speech.recordings). Make it, or take the key out of the configuration.`
        : `The recordings in ${folder} (speech.recordings) cannot be read: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** What to call it instead, where that can be guessed. */
function unknownPiece(name: string, pieces: readonly string[]): string {
  const [prompt] = name.split('.');
  const near = pieces.filter((piece) => piece.split('.')[0] === prompt);
  return near.length > 0
    ? `is the recording of no prompt; of "${prompt}" there may be: ${near.join(', ')}.`
    : 'is the recording of no prompt; docs/speech.md tells where their names are.';
}
