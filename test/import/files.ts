import { targetText } from '../../src/domain/entry.ts';
import type { Found, SourceFile } from '../../src/import/reading.ts';

export const file = (name: string, text: string | Uint8Array): SourceFile => ({
  name,
  bytes: typeof text === 'string' ? Buffer.from(text) : text,
});

export const lines = (...rows: string[]): string => `${rows.join('\n')}\n`;

/** A finding in a line: `mira host.example.net tcp/22 udp/5060-5069`. */
export function short({ label, target, wanted }: Found): string {
  const what =
    wanted.kind === 'ports'
      ? wanted.ports.map((p) => `${p.protocol}/${p.first}${p.last === p.first ? '' : `-${p.last}`}`)
      : wanted.kind === 'services'
        ? wanted.services
        : ['all'];
  return [label ?? '-', targetText(target), ...what].join(' ');
}
