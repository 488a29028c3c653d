import { stdout } from 'node:process';

const pulse = ['|', '/', '-', '\\'];

/** Elapsed time as a person reads it. */
export function elapsed(ms) {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/**
 * Shows one step as one line. On a terminal the line moves, with the last thing
 * that the step's program printed; elsewhere a line every ten seconds says that
 * it is still alive. `work` is given `tail(text)` and may return a note.
 */
export async function step(title, work) {
  const began = Date.now();
  let last = '';
  let turn = 0;
  const line = () => `${title} … ${elapsed(Date.now() - began)}${last ? `  ${last}` : ''}`;
  const timer = setInterval(
    () => {
      if (stdout.isTTY) {
        rewrite(`${pulse[turn++ % pulse.length]} ${line()}`);
      } else {
        stdout.write(`  … ${line()}\n`);
      }
    },
    stdout.isTTY ? 150 : 10_000,
  );
  const finish = (mark, note) => {
    clearInterval(timer);
    if (stdout.isTTY) rewrite('');
    stdout.write(`${mark} ${title}${note ? `: ${note}` : ''} (${elapsed(Date.now() - began)})\n`);
  };
  try {
    const note = await work((text) => {
      last = lastLine(text) || last;
    });
    finish('ok', note);
  } catch (error) {
    finish('--', 'failed');
    throw error;
  }
}

export function announce(text) {
  stdout.write(`${text}\n`);
}

function rewrite(text) {
  const width = Math.max(20, (stdout.columns ?? 80) - 1);
  stdout.write(`\r\x1b[K${text.slice(0, width)}`);
}

function lastLine(text) {
  const lines = text
    .split(/[\r\n]+/)
    // eslint-disable-next-line no-control-regex -- other programs colour their output
    .map((line) => line.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').trim())
    .filter(Boolean);
  return lines.at(-1) ?? '';
}
