import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const names = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** The ways in which a secret could have been written down: as it is; what is keyed also spaced, and in words. */
function written(secret: string): string[] {
  // the few digits among a text's letters say nothing by themselves, and stand in many a log line
  if (/[^\d*]/.test(secret)) return [secret];
  const digits = secret.replaceAll(/\D/g, '');
  const spoken = [...digits].map((d) => names[Number(d)]);
  return [
    secret,
    digits,
    [...digits].join(' '),
    [...digits].join(', '),
    spoken.join(' '),
    spoken.join(', '),
  ];
}

/** Which files below the folder hold one of the secrets in any form: `file: form`. */
export function leaks(folder: string, secrets: readonly string[]): string[] {
  const forms = secrets.flatMap((secret) => [
    ...written(secret),
    // each number of a knock code by itself would be a leak, too
    ...secret.split('*').filter((number) => number.length >= 5),
  ]);
  return filesBelow(folder).flatMap((file) => {
    const text = readFileSync(file, 'latin1');
    return forms.filter((form) => stands(form, text)).map((form) => `${file}: ${form}`);
  });
}

/** A few digits inside a longer number, such as a time in milliseconds, are there by chance. */
function stands(form: string, text: string): boolean {
  if (!/^\d{1,7}$/.test(form)) return text.includes(form);
  return new RegExp(`(?<!\\d)${form}(?!\\d)`).test(text);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}
