import { vi } from 'vitest';
import { watchArrival } from '../../src/access/arrival.ts';
import type { Arrival as Admitted } from '../../src/access/admission.ts';
import { createCallLog } from '../../src/access/call-log.ts';
import { createGate } from '../../src/access/gate.ts';
import { createPairing } from '../../src/access/pairing.ts';
import { AccessError } from '../../src/domain/access-error.ts';
import { parseAddress, parseNetwork, type Address } from '../../src/domain/address.ts';
import type { PhoneNumber } from '../../src/domain/phone-number.ts';
import type { Firewall, Recording, Seen, Sighting } from '../../src/domain/ports.ts';
import { systemClock, systemTimer } from '../../src/domain/time.ts';
import { usualSettings, type User, type UserSettings } from '../../src/domain/user.ts';
import { DryRunFirewall } from '../../src/firewall/dry-run.ts';
import type { Prompt, Speech } from '../../src/ivr/prompts.ts';
import { takeCall, type TakeCallParts } from '../../src/ivr/take-call.ts';
import { ScriptedLine, type CallerScript } from '../fakes/line.ts';
import { createMemoryStores } from '../fakes/stores.ts';

export const here = parseAddress('203.0.113.7')!;
export const server = parseAddress('198.51.100.10')!;
export const ownNumber = '15550123' as PhoneNumber;

/** What the guard is made to see, for the tests of pairing and of the proof of arrival. */
export class WatchedFirewall extends DryRunFirewall {
  /** Asked at each look; the argument is how many seconds the window has been open. */
  sightings: (seconds: number) => readonly Sighting[] = () => [];
  strayNetworks = 0;
  packets = new Map<Address, number>();
  readonly recordings: { ports: readonly number[]; open: boolean }[] = [];

  override async packetsFrom(address: Address): Promise<number> {
    return this.packets.get(address) ?? 0;
  }

  override async record(ports: readonly number[] | 'any'): Promise<Recording> {
    const began = Date.now();
    const kept = { ports: ports === 'any' ? [50_123] : ports, open: true };
    this.recordings.push(kept);
    return {
      ports: kept.ports,
      seen: async (): Promise<Seen> => ({
        sightings: this.sightings((Date.now() - began) / 1000),
        strayNetworks: this.strayNetworks,
      }),
      stop: async () => void (kept.open = false),
    };
  }
}

export interface HouseOptions {
  readonly parts?: Partial<TakeCallParts>;
  readonly user?: Partial<UserSettings>;
  /** What the user is besides, once authenticated. */
  readonly known?: Partial<User>;
  /** The one-time code that is asked for and right; undefined asks for none. */
  readonly code?: string;
  readonly mostOpen?: number;
  readonly pairing?: 'address' | 'network' | false;
  /** How long a prompt takes to be rendered, in milliseconds; at once where it is not said. */
  readonly rendering?: number;
}

export async function house(options: HouseOptions = {}) {
  const stores = createMemoryStores();
  const user = await stores.users.add(
    { ...usualSettings, ...options.user, name: 'traveller', createdAt: 0 },
    { knockCodeLookup: 'x', pinHash: 'x' },
    { at: 0, actor: 'system', kind: 'user-created' },
  );
  const firewall = new WatchedFirewall(
    { services: ['web'], longest: 86_400, mostAddresses: 100, networks: true },
    systemClock,
    () => undefined,
  );
  const gate = createGate({
    stores,
    firewall: firewall satisfies Firewall,
    clock: systemClock,
    steady: () => performance.now(),
    rules: {
      services: ['web'],
      openFor: 3600,
      longest: 7200,
      mostOpen: options.mostOpen ?? 2,
      addresses: () => ({
        own: [server],
        alsoAllowed: [parseNetwork('203.0.113.0/24')!, parseNetwork('2001:db8::/32')!],
      }),
    },
  });
  const rendered: Prompt[] = [];
  const spokenIn = new Map<string, string>();
  const speech: Speech = {
    languages: ['en', 'es', 'de'],
    render: async (prompt, language) => {
      rendered.push(prompt);
      spokenIn.set(prompt.name, language);
      if (options.rendering) await new Promise((resolve) => setTimeout(resolve, options.rendering));
      const name = prompt.name === 'language-offer' ? `${prompt.name}-${language}` : prompt.name;
      return { sound: { paths: [name], length: 3 }, words: prompt.name };
    },
  };
  const keyed: string[] = [];
  const faults: unknown[] = [];
  /** Lines that are reached when we phone, one after the other; an error when nobody answers. */
  const reachable: (ScriptedLine | AccessError)[] = [];
  const dialled: string[] = [];
  const callBackFaults: string[] = [];
  const present: User = { ...user, ...options.known };
  const parts: TakeCallParts = {
    // the real rule has its own tests; here a call is right when its code and PIN are these
    authenticate: {
      wantsCode: async () => options.code !== undefined,
      attempt: async ({ knockCode, pin, code }) =>
        knockCode === '233*245*478' && pin === '4711' && code === (options.code ?? null)
          ? present
          : undefined,
      again: async ({ pin, number }) =>
        pin === '4711' && number === ownNumber ? present : undefined,
    },
    admission: {
      arrive: async (): Promise<Admitted> => ({ admitted: true, leave: () => undefined }),
      failed: () => undefined,
      counts: () => {
        throw new Error('not asked in a call');
      },
      stop: async () => undefined,
    },
    refusalTone: 'busy',
    languageOf: () => 'en',
    languages: ['en'],
    callBacks: {
      begin: async (known) => known.numbers[0],
      again: async () => true,
      failed: async (_user, _call, why) => void callBackFaults.push(why),
    },
    dial: async (number) => {
      dialled.push(number);
      const next = reachable.shift();
      if (next instanceof ScriptedLine) return next;
      throw next ?? new AccessError('call-failed', 'Nobody answered.');
    },
    gate,
    clock: systemClock,
    pairing:
      options.pairing === false
        ? undefined
        : createPairing({
            firewall,
            audit: stores.audit,
            clock: systemClock,
            timer: systemTimer,
            window: 60,
            ipv6: options.pairing ?? 'address',
          }),
    watchArrival: (address) => watchArrival(firewall, address, systemTimer),
    log: createCallLog(stores, systemClock, { international: '00', trunk: '', country: '' }),
    externalAddress: () => server,
    speech,
    timer: systemTimer,
    longestCall: 300,
    longestUnrecognised: 120,
    transcript: () => ({
      prompt: () => undefined,
      keys: (question, keys) => void keyed.push(`${question} ${keys}`),
      noAnswer: () => undefined,
    }),
    fault: (error) => void faults.push(error),
    ...options.parts,
  };
  const phone = async (script: CallerScript, before?: (line: ScriptedLine) => void) => {
    const line = new ScriptedLine(script);
    before?.(line);
    const done = takeCall(line, parts);
    await vi.runAllTimersAsync();
    await done;
    const [call] = await stores.calls.list({ limit: 1 });
    return { line, call };
  };
  const open = async (): Promise<Address[]> => (await firewall.list()).map((o) => o.address);
  return {
    stores,
    firewall,
    gate,
    user,
    parts,
    phone,
    open,
    rendered,
    spokenIn,
    keyed,
    faults,
    reachable,
    dialled,
    callBackFaults,
  };
}

/** What nobody can know of beforehand has to be listened to for a moment. */
const unforeseen = new Set(['paired', 'close-oldest']);

/** A caller who answers each prompt as soon as its keys count. */
export const answering =
  (answers: Readonly<Record<string, string | readonly string[]>>): CallerScript =>
  (prompt, caller, heard) => {
    const answer = answers[prompt];
    const keys = typeof answer === 'string' ? answer : answer?.[heard - 1];
    if (keys === undefined) return;
    if (unforeseen.has(prompt)) setTimeout(() => caller.key(keys), 1100);
    else caller.key(keys);
  };

export const good = { 'knock-code': '233*245*478#', pin: '4711#' };

/** Up to an open gate, by keying the address; the question depends on whether pairing is to be had. */
export const inside = {
  ...good,
  address: '203*0*113*7#',
  'address-or-pair': '203*0*113*7#',
  'read-back': '1',
};
