import { targetText } from '../domain/entry.ts';
import type { Existing, Found, Reading } from './reading.ts';

/** What becomes of a label: a new one, the one under which it stands, or why there is none. */
export type Labelled =
  | { readonly kind: 'new'; readonly label: string }
  | { readonly kind: 'present'; readonly label: string }
  | { readonly kind: 'refused'; readonly why: string };

const longestLabel = 64;
/** One account with several targets has its label with a number; more than this is no account. */
const mostOfOneLabel = 99;

/** Gives out labels, each once, so that what stands already is found again. */
export class Labels {
  /** Target by label and label by target, of what stands there and what was given out. */
  readonly #targets = new Map<string, string>();
  readonly #labels = new Map<string, string>();
  readonly #standing: ReadonlyMap<string, string>;
  readonly #found: ReadonlySet<string>;

  constructor(existing: readonly Existing[], reading: Reading) {
    for (const { label, target } of existing) this.#note(label, target);
    this.#standing = new Map(this.#targets);
    this.#found = new Set(reading.found.map((one) => pair(one.label, targetText(one.target))));
  }

  /** Of what was found; a new label is taken from then on. */
  give(found: Found): Labelled {
    const target = targetText(found.target);
    const wanted = labelFor(found);
    const same = found.label === null ? this.#labels.get(target) : undefined;
    if (same !== undefined) return this.#again(same);
    for (let count = 1; count <= mostOfOneLabel; count++) {
      const label = count === 1 ? wanted : numbered(wanted, count);
      const there = this.#targets.get(label);
      if (there === target) return this.#again(label);
      if (there === undefined) {
        this.#note(label, target);
        return { kind: 'new', label };
      }
      if (this.#isAnother(found.label, label, there)) {
        const why = `there is an entry ${label} already, for ${there}: change that, or give this another label`;
        return { kind: 'refused', why };
      }
    }
    return { kind: 'refused', why: `more than ${mostOfOneLabel} are called ${wanted}` };
  }

  /** Under a label of its own stands what this import has not brought. */
  #isAnother(own: string | null, label: string, target: string): boolean {
    if (own === null || this.#standing.get(label) !== target) return false;
    return !this.#found.has(pair(own, target));
  }

  #again(label: string): Labelled {
    return this.#standing.has(label)
      ? { kind: 'present', label }
      : { kind: 'refused', why: `it is in the plan already, as ${label}` };
  }

  #note(label: string, target: string): void {
    this.#targets.set(label, target);
    if (!this.#labels.has(target)) this.#labels.set(target, label);
  }
}

const pair = (label: string | null, target: string): string => `${label ?? ''}\0${target}`;

/** Its own, or what can be made of the target: `2001:db8::/32` is `2001-db8-32`. */
function labelFor({ label, target }: Found): string {
  const text = (label ?? targetText(target)).replace(/[^A-Za-z0-9._-]+/g, '-');
  const begun = text.replace(/^[^A-Za-z0-9]+/, '').slice(0, longestLabel);
  return begun === '' ? 'entry' : begun;
}

function numbered(label: string, count: number): string {
  const ending = `-${count}`;
  return `${label.slice(0, longestLabel - ending.length)}${ending}`;
}
