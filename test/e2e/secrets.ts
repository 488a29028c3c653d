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
    return forms.filter((form) => text.includes(form)).map((form) => `${file}: ${form}`);
  });
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}
