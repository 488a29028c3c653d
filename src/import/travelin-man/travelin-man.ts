import { targetText } from '../../domain/entry.ts';
import {
  Gathering,
  type Found,
  type PortSpan,
  type Reading,
  type SourceFile,
  type Wanted,
} from '../reading.ts';
import { accountOf, isKnock, readAccountFile } from './account-file.ts';
import { readRulesFile } from './rules-file.ts';

export interface TravelinManOptions {
  /** Whether addresses that knocked are taken, too: a knock was meant for a while. */
  readonly knocks: boolean;
}

const leftKnock = 'a knock of PortKnocker (add --knocks to take it over)';

/** Reads the whitelist of an Incredible PBX host. Files named `*.iptables` are accounts, all others rules. */
export function readTravelinMan(
  given: readonly SourceFile[],
  { knocks }: TravelinManOptions,
): Reading {
  const rules = new Gathering();
  const accounts = new Gathering();
  for (const file of given) {
    if (!file.name.endsWith('.iptables')) readRulesFile(file, rules);
    else if (!knocks && isKnock(accountOf(file.name))) accounts.leave(file.name, leftKnock);
    else readAccountFile(file, accounts);
  }
  const inForce = rules.found.filter(({ label, at }) => {
    const left = !knocks && label !== null && isKnock(label);
    if (left) rules.leave(at.file, leftKnock);
    return !left;
  });
  // the rules know the ports: an account's file adds what they have not
  const files = new Map(accounts.found.map((one) => [one.label, one]));
  const known = new Set(inForce.map(({ label }) => label));
  const alone = accounts.found.filter(({ label }) => !known.has(label));
  return {
    found: oneForEach([...inForce.map((one) => asOnFile(one, files.get(one.label))), ...alone]),
    skipped: [
      ...rules.skipped,
      ...accounts.skipped.filter(({ at }) => !known.has(accountOf(at.file))),
    ],
    left: [...rules.left, ...accounts.left],
  };
}

/** A rule of an account, compared with the account's own file. */
function asOnFile(rule: Found, file: Found | undefined): Found {
  if (!file || rule.target.kind !== 'host') return rule;
  const [inRules, onFile] = [targetText(rule.target), targetText(file.target)];
  if (inRules === onFile) return rule;
  const says = (what: string): Found => ({ ...rule, remarks: [...rule.remarks, what] });
  if (file.target.kind !== 'name') return says(`the account's file says ${onFile}`);
  // a saved ruleset has the address that a name had then
  return { ...says(`the rules have it frozen as ${inRules}`), target: file.target };
}

/** One for each target of an account: a rule for each service becomes one entry with all of them. */
function oneForEach(all: readonly Found[]): Found[] {
  const merged = new Map<string, Found>();
  for (const one of all) {
    const key = `${one.label ?? ''}\0${targetText(one.target)}`;
    const before = merged.get(key);
    merged.set(key, before ? widened(before, one) : one);
  }
  // what an account has need not stand again without one
  const owned = new Map(
    [...merged.values()]
      .filter(({ label }) => label !== null)
      .map((one) => [targetText(one.target), one]),
  );
  return [...merged.values()].filter(
    (one) => one.label !== null || !covers(owned.get(targetText(one.target))?.wanted, one.wanted),
  );
}

/** More ranges than this no service has, and comparing them would take long. */
const mostRanges = 64;

/** The finding, which lets in what the rule does, too. */
function widened(one: Found, { wanted }: Found): Found {
  if (one.wanted.kind !== 'ports' || wanted.kind !== 'ports')
    return { ...one, wanted: { kind: 'all' } };
  const had = one.wanted.ports;
  const more = wanted.ports.filter((port) => !had.some((other) => contains(other, port)));
  if (more.length === 0) return one;
  if (had.length + more.length > mostRanges) {
    const remark = `has more than ${mostRanges} ranges of ports: the others are left out`;
    return one.remarks.includes(remark) ? one : { ...one, remarks: [...one.remarks, remark] };
  }
  return { ...one, wanted: { kind: 'ports', ports: [...had, ...more] } };
}

const contains = (outer: PortSpan, inner: PortSpan): boolean =>
  outer.protocol === inner.protocol && outer.first <= inner.first && inner.last <= outer.last;

function covers(one: Wanted | undefined, other: Wanted): boolean {
  if (one?.kind === 'all') return true;
  return (
    one?.kind === 'ports' &&
    other.kind === 'ports' &&
    other.ports.every((inner) => one.ports.some((outer) => contains(outer, inner)))
  );
}
