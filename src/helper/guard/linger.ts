import type { HelperConfig } from '../config/config.ts';
import type { Edit } from '../edit.ts';
import { renewal, type On } from '../nft/element-lines.ts';
import { kinds, side, type SetOf } from './sets.ts';

/** Whose connections with a service may go on: while it is open, and for the time to linger after. */
const lingerSet =
  (service: string): SetOf =>
  (kind) =>
    `linger${kind}_${service}`;

/** The guard's words for connections that may end by themselves; none where they may not. */
export function lingerRules({ linger, services, mostAddresses }: HelperConfig): {
  readonly sets: string;
  readonly gate: (service: string) => string;
  readonly way: (service: string) => string;
} {
  if (linger === 0) return { sets: '', gate: () => '', way: () => '' };
  // room for those who came and went within the time to linger
  const size = Math.max(65_536, 8 * mostAddresses);
  const rules = (which: 'saddr' | 'daddr') => (service: string) =>
    kinds
      .map((kind) => {
        const known = `${side(kind, which)} @${lingerSet(service)(kind)}`;
        return `    ct state established ${known} accept\n`;
      })
      .join('');
  const sets = services.flatMap(({ name }) =>
    kinds.map((kind) => {
      const type = kind === '4' ? 'ipv4_addr' : 'ipv6_addr';
      return `  set ${lingerSet(name)(kind)} { type ${type}; flags timeout; size ${size}; }\n`;
    }),
  );
  return { sets: sets.join(''), gate: rules('saddr'), way: rules('daddr') };
}

/** The kernel ends the lingering by itself, whether the leave ends by time or is closed. */
export function lingerLines(on: (setOf: SetOf) => On, edit: Edit, linger: number): string[] {
  if (linger === 0) return [];
  return [
    ...[...edit.ends].flatMap(([service, gone]) =>
      renewal(
        on(lingerSet(service)),
        gone.map((address) => ({ address, seconds: linger })),
      ),
    ),
    ...[...edit.renew].flatMap(([service, timed]) =>
      renewal(
        on(lingerSet(service)),
        timed.map(({ address, seconds }) => ({ address, seconds: seconds + linger })),
      ),
    ),
  ];
}
