import type { PortRange } from '../../helper/config/ports.ts';
import { complementOf, type Span } from './spans.ts';

/** Elements of a named set (`@name`) of the same table. */
export type Sets = (name: string) => unknown;

/** Undefined: all. */
export type Ports = readonly PortRange[] | undefined;

/** The ports of a match on `dport`, or all others; protocol `th` (or any other than the two) means both. */
export function portsIn(
  protocol: string,
  values: readonly unknown[],
  sets: Sets,
  not = false,
): PortRange[] {
  const protocols: readonly PortRange['protocol'][] =
    protocol === 'tcp' || protocol === 'udp' ? [protocol] : (['tcp', 'udp'] as const);
  const spans = values.flatMap(spansOf(sets));
  return (not ? complementOf(spans) : spans).flatMap(([first, last]) =>
    protocols.map((one) => ({ protocol: one, first, last })),
  );
}

const spansOf =
  (sets: Sets) =>
  (value: unknown): Span[] => {
    if (typeof value === 'number') return [[value, value]];
    if (typeof value === 'string') {
      const elements = value.startsWith('@') ? sets(value) : undefined;
      return Array.isArray(elements) ? elements.flatMap(spansOf(() => undefined)) : [];
    }
    if (typeof value !== 'object' || value === null) return [];
    if ('range' in value && Array.isArray(value.range)) {
      const [first, last] = value.range as readonly unknown[];
      return [[Number(first), Number(last)]];
    }
    if ('set' in value && Array.isArray(value.set)) return value.set.flatMap(spansOf(sets));
    if ('elem' in value) return spansOf(sets)((value.elem as { val?: unknown }).val);
    return [];
  };
