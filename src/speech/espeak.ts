import { AccessError } from '../domain/access-error.ts';
import { asteriskLevel, atLevel, trimmed, withPause } from './loudness.ts';
import { runProgram } from './program.ts';
import type { Utterance } from './utterance.ts';
import { samplesFrom, wavFile } from './wav.ts';

/** A sentence renders in 0.03 s; whoever needs longer than this has hung. */
const longestRender = 5;

const escaped = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function ssml({ words, goesOn }: Utterance): string {
  // a comma keeps the voice up where the sentence goes on in another piece
  const end = goesOn && !/\p{P}$/u.test(words) ? ',' : '';
  return `<speak>${escaped(words)}${end}</speak>`;
}

/**
 * Speaks by the programs espeak-ng and sox: a .wav file as Asterisk plays it, at the
 * level of Asterisk's own sounds, with no silence but the pause that was asked for.
 * @throws AccessError `speech-failed`.
 */
export async function speakAloud(utterance: Utterance): Promise<Buffer> {
  const spoken = await runProgram(
    'espeak-ng',
    ['-v', utterance.voice, '-s', String(utterance.rate), '-m', '--stdin', '--stdout'],
    ssml(utterance),
    longestRender,
  );
  const telephone = ['-t', 'raw', '-r', '8000', '-c', '1', '-b', '16', '-e', 'signed', '-L', '-'];
  const samples = await runProgram(
    'sox',
    // written to a pipe, its header cannot know its length; what is below 150 Hz no telephone carries
    ['-V1', '-D', '-t', 'wav', '--ignore-length', '-', ...telephone, 'highpass', '150'],
    spoken,
    longestRender,
  );
  const speech = trimmed(samplesFrom(samples));
  if (speech.length === 0) throw new AccessError('speech-failed', 'espeak-ng made no sound.');
  return wavFile(withPause(atLevel(speech, asteriskLevel), utterance.after));
}
