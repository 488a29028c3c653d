import type { Seconds } from '../domain/time.ts';

/** Decibels relative to full scale: 0 is the loudest that 16 bits can hold. */
export type Decibels = number;

/** Of telephone sound: samples a second. */
export const sampleRate = 8000;

/**
 * The level of Asterisk's own sounds (docs/speech.md, "How loud"): the median over
 * its core sounds that are sentences, each measured by {@link activeLevel}.
 */
export const asteriskLevel: Decibels = -17.8;

/** Nothing is louder, so that no encoder on the way clips. */
export const ceiling: Decibels = -1;

const fullScale = 32_768;
const block = sampleRate / 50;
/** Speech pauses where it falls this far below its own level (ITU-T P.56, method B). */
const margin: Decibels = 15.9;

const toPower = (decibels: Decibels): number => 10 ** (decibels / 10);
const toFactor = (decibels: Decibels): number => 10 ** (decibels / 20);
const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** The mean square of each stretch of so many samples. A plain loop: it runs over every sample of every prompt. */
function powers(samples: Int16Array, size: number): number[] {
  const found: number[] = [];
  for (let from = 0; from + size <= samples.length; from += size) {
    let sum = 0;
    for (let at = from; at < from + size; at++) sum += (samples[at] ?? 0) ** 2;
    found.push(sum / size / fullScale ** 2);
  }
  return found;
}

/** The level of speech while somebody speaks, without its pauses; -Infinity for silence. */
export function activeLevel(samples: Int16Array): Decibels {
  const all = powers(samples, block);
  let active = all.filter((power) => power > 0);
  for (let pass = 0; pass < 20 && active.length > 0; pass++) {
    const threshold = mean(active) * toPower(-margin);
    const louder = all.filter((power) => power > threshold);
    if (louder.length === active.length) break;
    active = louder;
  }
  return active.length === 0 ? -Infinity : 10 * Math.log10(mean(active));
}

/** The loudest sample. */
export function peakLevel(samples: Int16Array): Decibels {
  return 20 * Math.log10(samples.reduce((most, s) => Math.max(most, Math.abs(s)), 0) / fullScale);
}

/** Half of the range is left as it is; what is louder bends towards the ceiling and never passes it. */
function bent(sample: number): number {
  const knee = 0.5;
  const room = toFactor(ceiling) - knee;
  const over = Math.abs(sample) - knee;
  return over <= 0 ? sample : Math.sign(sample) * (knee + room * Math.tanh(over / room));
}

/** The same speech at this level, without clipping. */
export function atLevel(samples: Int16Array, level: Decibels): Int16Array {
  const made = new Int16Array(samples);
  let gain = 0;
  // bending takes a little away, which the second and third pass give back
  for (let pass = 0; pass < 3; pass++) {
    const now = activeLevel(made);
    if (now === -Infinity) return samples;
    gain += level - now;
    const factor = toFactor(gain) / fullScale;
    samples.forEach((sample, at) => {
      made[at] = Math.round(bent(sample * factor) * fullScale);
    });
  }
  return made;
}

/** Quieter than its level by this is no part of speech, at its begin and its end. */
const faint: Decibels = 40;
/** Kept before and after, for soft consonants. */
const lead: Seconds = 0.01;
const tail: Seconds = 0.03;

/** Without the silence before and after. */
export function trimmed(samples: Int16Array): Int16Array {
  const size = sampleRate / 200;
  const threshold = toPower(activeLevel(samples) - faint);
  const loud = powers(samples, size).map((power) => power > threshold);
  const first = loud.indexOf(true);
  if (first < 0) return new Int16Array(0);
  const from = first * size - lead * sampleRate;
  const to = (loud.lastIndexOf(true) + 1) * size + tail * sampleRate;
  return samples.slice(Math.max(0, from), to);
}

/** Followed by so much silence. */
export function withPause(samples: Int16Array, pause: Seconds): Int16Array {
  const made = new Int16Array(samples.length + Math.round(pause * sampleRate));
  made.set(samples);
  return made;
}
