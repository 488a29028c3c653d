import type { Seconds } from '../domain/time.ts';

/** A kind of file that Asterisk plays. */
export interface RecordingFormat {
  /** How sox makes one: its options for the output. */
  readonly sox: string;
  readonly bytesPerSecond: number;
  /** How long it sounds; or what is wrong, to follow the file's name. */
  lengthOf(file: Buffer): Seconds | string;
}

const gsmFrame = 33;

/** By extension, without the dot. */
export const recordingFormats: Readonly<Record<string, RecordingFormat>> = {
  wav: wav(8000),
  wav16: wav(16_000),
  sln: headerless(16_000, '-r 8000 -c 1 -b 16 -e signed-integer -L -t raw', 2),
  sln16: headerless(32_000, '-r 16000 -c 1 -b 16 -e signed-integer -L -t raw', 2),
  ulaw: headerless(8000, '-r 8000 -c 1 -t ul'),
  alaw: headerless(8000, '-r 8000 -c 1 -t al'),
  gsm: { sox: '-r 8000 -c 1 -t gsm', bytesPerSecond: gsmFrame * 50, lengthOf: lengthOfGsm },
};

export const isWav = (file: Buffer): boolean =>
  file.toString('latin1', 0, 4) === 'RIFF' && file.toString('latin1', 8, 12) === 'WAVE';

/** As Asterisk's format_wav reads it: linear, 16 bits, one channel, at the rate of its name. */
function wav(rate: number): RecordingFormat {
  return {
    sox: `-r ${rate} -c 1 -b 16 -e signed-integer -t wavpcm`,
    bytesPerSecond: rate * 2,
    lengthOf(file) {
      if (!isWav(file)) return 'is no WAV file';
      const chunks = chunksOf(file);
      const format = chunks.get('fmt ');
      if (!format || format.length < 16) return 'is a WAV file without a format';
      if (format.readUInt16LE(0) !== 1) return 'is a WAV file, but not of plain linear samples';
      const [channels, found, bits] = [
        format.readUInt16LE(2),
        format.readUInt32LE(4),
        format.readUInt16LE(14),
      ];
      if (channels !== 1) return `has ${channels} channels; Asterisk plays one`;
      if (found !== rate) return `has ${found} samples a second; it must have ${rate}`;
      if (bits !== 16) return `has ${bits} bits a sample; it must have 16`;
      return (chunks.get('data')?.length ?? 0) / (rate * 2) || 'is empty';
    },
  };
}

/** The chunks of a RIFF file; of one that is cut short, what there is of it. */
function chunksOf(file: Buffer): Map<string, Buffer> {
  const chunks = new Map<string, Buffer>();
  for (let at = 12; at + 8 <= file.length;) {
    const size = file.readUInt32LE(at + 4);
    chunks.set(file.toString('latin1', at, at + 4), file.subarray(at + 8, at + 8 + size));
    at += 8 + size + (size % 2);
  }
  return chunks;
}

/** Nothing but samples, so that only what has no business there can be seen. */
function headerless(bytesPerSecond: number, sox: string, bytesPerSample = 1): RecordingFormat {
  return {
    sox,
    bytesPerSecond,
    lengthOf(file) {
      if (file.length === 0) return 'is empty';
      if (isWav(file)) return 'is a WAV file by another name';
      if (file.length % bytesPerSample !== 0) return 'ends in the middle of a sample';
      return file.length / bytesPerSecond;
    },
  };
}

/** GSM 06.10 full rate: 20 ms in 33 bytes, each frame begins with the nibble 1101 (RFC 3551, 4.5.8.1). */
function lengthOfGsm(file: Buffer): Seconds | string {
  if (file.length === 0) return 'is empty';
  const frames = file.length / gsmFrame;
  const begins = Array.from({ length: Math.floor(frames) }, (_, at) => file[at * gsmFrame] ?? 0);
  return Number.isInteger(frames) && begins.every((byte) => byte >> 4 === 0xd)
    ? frames / 50
    : 'is no GSM full rate sound';
}
