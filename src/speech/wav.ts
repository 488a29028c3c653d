import { endianness } from 'node:os';
import type { Seconds } from '../domain/time.ts';
import { sampleRate } from './loudness.ts';

const headerBytes = 44;
const bytesPerSample = 2;

/** As Asterisk's .wav wants it: 8 kHz, 16 bit, mono, linear. */
export function wavFile(samples: Int16Array): Buffer {
  const bytes = samples.length * bytesPerSample;
  const file = Buffer.alloc(headerBytes + bytes);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(headerBytes - 8 + bytes, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16); // of what follows, up to "data"
  file.writeUInt16LE(1, 20); // linear
  file.writeUInt16LE(1, 22); // one channel
  file.writeUInt32LE(sampleRate, 24);
  file.writeUInt32LE(sampleRate * bytesPerSample, 28);
  file.writeUInt16LE(bytesPerSample, 32);
  file.writeUInt16LE(bytesPerSample * 8, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(bytes, 40);
  samples.forEach((sample, at) => file.writeInt16LE(sample, headerBytes + at * bytesPerSample));
  return file;
}

/** Of a file that {@link wavFile} made; undefined when there is no sound in it. */
export function lengthOfWav(fileBytes: number): Seconds | undefined {
  const samples = (fileBytes - headerBytes) / bytesPerSample;
  return samples > 0 ? samples / sampleRate : undefined;
}

/** Samples of 16 bits, the low byte first, as programs write them. */
export function samplesFrom(bytes: Buffer): Int16Array {
  const whole = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % bytesPerSample)));
  if (endianness() === 'BE') whole.swap16();
  const copy = new Int16Array(whole.length / bytesPerSample);
  whole.copy(Buffer.from(copy.buffer));
  return copy;
}
