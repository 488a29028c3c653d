import type { Listed } from '../nft/nft-list.ts';
import { timeText } from '../nft/element-lines.ts';

/** The protocols that are guarded now: both, or none. See ruleset.ts. */
export const armedSet = 'armed';

const protocols = ['tcp', 'udp'];

/** How long strangers shall still be turned away, in seconds: 0 not at all, null for good. */
export type Hold = number | null;

/** What makes the set hold this and nothing else, as one transaction. */
export function armedLine(table: string, hold: Hold): string {
  const on = `element inet ${table} ${armedSet}`;
  const bare = protocols.join(', ');
  const clear = [`add ${on} { ${bare} }`, `delete ${on} { ${bare} }`];
  return [...clear, ...armLine(table, hold)].join('; ');
}

/** The kernel counts in jiffies, of 10 ms at most, and takes less than one for no timeout at all. Seconds. */
const least = 0.1;

/** What arms an empty set. */
export function armLine(table: string, hold: Hold): string[] {
  if (hold === 0) return [];
  const timeout = hold === null ? '' : ` timeout ${timeText(Math.max(hold, least))}`;
  const elements = protocols.map((protocol) => `${protocol}${timeout}`).join(', ');
  return [`add element inet ${table} ${armedSet} { ${elements} }`];
}

/** Listings round to seconds, and take a moment. Seconds. */
const tolerance = 5;
/** No trial lasts longer; what does, was made to last for ever. Seconds. */
const forEver = 31_536_000;

/** Whether the set holds what it should, but for what is just ending. */
export function holds(listed: readonly Listed[], hold: Hold): boolean {
  const all = protocols.every((protocol) => listed.some(({ key }) => key === protocol));
  if (hold === null) return all && listed.every(({ seconds }) => seconds > forEver);
  if (hold === 0) return listed.length === 0;
  const ends = listed.every(({ seconds }) => Math.abs(seconds - hold) <= tolerance);
  return ends && (all || hold < tolerance);
}
