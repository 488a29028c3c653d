import type { WireError } from '../../firewall/wire.ts';
import type { Line } from '../../firewall/wire-lines.ts';

/** What is written back for a line. Never rejects. */
export type Reply = (line: Line, receivedAt: number) => Promise<object>;

/** A reply of a protocol: reads the line, and has the request answered. */
export function replyBy<Request>(
  parse: (
    text: string,
  ) => { readonly request: Request } | { readonly id: number | null; readonly error: WireError },
  answer: (request: Request, receivedAt: number) => Promise<object>,
): Reply {
  return async (line, receivedAt) => {
    if ('fault' in line) {
      return { id: null, ok: false, error: { code: line.fault, message: line.message } };
    }
    const parsed = parse(line.text);
    if ('error' in parsed) return { id: parsed.id, ok: false, error: parsed.error };
    return answer(parsed.request, receivedAt);
  };
}
