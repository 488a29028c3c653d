/** One JSON object a line on standard error, where systemd and the lab collect it. */
export type Log = (event: string, detail?: Readonly<Record<string, unknown>>) => void;

export const log: Log = (event, detail = {}) => {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...detail })}\n`);
};

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
