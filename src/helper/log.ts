import { fstatSync } from 'node:fs';

/** One JSON object a line on standard error, where systemd and the lab collect it. */
export type Log = (event: string, detail?: Readonly<Record<string, unknown>>) => void;

export const log: Log = (event, detail = {}) => {
  const line = JSON.stringify({ time: new Date().toISOString(), event, ...detail });
  process.stderr.write(`${detail['level'] === 'error' ? asError(line) : line}\n`);
};

/** So that `journalctl -p err` shows it: the priority of syslog(3) before the line, as sd-daemon(3) has it. */
export function asError(line: string): string {
  return toJournal() ? `<3>${line}` : line;
}

/** Whether standard error is the journal's itself; the variable alone may be a parent's (systemd.exec(5)). */
function toJournal(): boolean {
  const stream = process.env['JOURNAL_STREAM'];
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(2);
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
