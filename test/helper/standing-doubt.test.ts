import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Refused } from '../../src/firewall/wire-rules.ts';
import type {
  StandingEdit,
  StandingNetwork,
  StandingPlace,
} from '../../src/helper/standing/place.ts';
import { Standing } from '../../src/helper/standing/standing.ts';
import { standingLimits } from '../contract/standing.ts';

/** What a kernel would have: hosts with the seconds they were given, and networks. */
class Place implements StandingPlace {
  readonly hostsIn = new Map<string, number | undefined>();
  networksIn: string[] = [];
  /** Called before each change; may throw, and may meddle. */
  before: (what: 'hosts' | 'networks', networks: readonly StandingNetwork[]) => void = () => {};

  async hosts({ remove, add }: StandingEdit, anew: boolean): Promise<void> {
    this.before('hosts', []);
    if (anew) this.hostsIn.clear();
    for (const gone of remove.values()) for (const host of gone) this.hostsIn.delete(host);
    for (const some of add.values()) {
      for (const { address, seconds } of some) this.hostsIn.set(address, seconds);
    }
  }

  async networks(all: readonly StandingNetwork[]): Promise<void> {
    this.before('networks', all);
    this.networksIn = all.map(
      ({ network, services }) => `${network} ${[...services.keys()].join()}`,
    );
  }

  get stands(): string[] {
    return [...this.hostsIn.keys()].sort();
  }
}

const [one, two] = ['203.0.113.7 web 0', '203.0.113.8 web 0'];
const start = 1_700_000_000;
const day = 86_400;

describe('what stands, where nobody knows what the kernel has', () => {
  let folder: string;
  let place: Place;
  const begun: Standing[] = [];

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: start * 1000 });
    folder = mkdtempSync(join(tmpdir(), 'dialgate-doubt-'));
    place = new Place();
  });
  afterEach(() => {
    vi.useRealTimers();
    for (const standing of begun.splice(0)) standing.stop();
    rmSync(folder, { recursive: true });
  });

  const begin = async (state = folder): Promise<Standing> => {
    const standing = new Standing({
      limits: standingLimits,
      place,
      folder: state,
      halted: () => false,
      log: () => undefined,
    });
    begun.push(standing);
    await standing.begin();
    return standing;
  };
  const digestOf = (lines: readonly string[]): string =>
    createHash('sha256').update(lines.join('\n')).digest('hex');
  const send = (standing: Standing, ...some: string[]): ReturnType<Standing['take']> => {
    const entries = some.sort();
    return standing.take({ digest: digestOf(entries), part: 0, parts: 1, entries });
  };
  const says = async (standing: Standing): Promise<string | null> =>
    (await standing.status()).digest;
  const setClock = (seconds: number): unknown => vi.setSystemTime(seconds * 1000);

  it('is made anew at the start, though the list was kept: rules that were saved may have brought others', async () => {
    await send(await begin(), two);
    place.hostsIn.set('203.0.113.7', undefined);
    const again = await begin();
    expect([place.stands, await says(again)]).toEqual([['203.0.113.8'], digestOf([two])]);
  });

  it('is made anew also by a helper that could not write down what it did', async () => {
    const kept = join(folder, 'kept');
    mkdirSync(kept);
    const standing = await begin(kept);
    await send(standing, one);
    const file = join(kept, 'standing');
    const saved = readFileSync(file, 'utf8');
    rmSync(kept, { recursive: true });
    await send(standing, one, two);
    mkdirSync(kept);
    writeFileSync(file, saved);
    chmodSync(file, 0o600);
    const again = await begin(kept);
    expect([place.stands, await says(again)]).toEqual([['203.0.113.7'], digestOf([one])]);
    expect(readdirSync(kept)).toEqual(['standing']);
  });

  it('is made anew when sets are there again: they may have come back filled', async () => {
    const standing = await begin();
    await send(standing, two);
    place.hostsIn.set('203.0.113.7', undefined);
    standing.doubt();
    expect(await says(standing)).toBe(digestOf([two]));
    expect(place.stands).toEqual(['203.0.113.8']);
  });

  it('is made anew once more when somebody meddles while it is being made', async () => {
    const standing = await begin();
    await send(standing, one);
    let meddled = false;
    place.before = (what) => {
      if (what !== 'hosts' || meddled) return;
      meddled = true;
      // as by a rule set that is loaded right after our transaction
      queueMicrotask(() => {
        place.hostsIn.set('203.0.113.9', undefined);
        place.hostsIn.delete('203.0.113.7');
        standing.doubt();
      });
    };
    await send(standing, one, two);
    expect(meddled).toBe(true);
    await standing.look();
    expect(place.stands).toEqual(['203.0.113.7', '203.0.113.8']);
  });

  it('asks for its list again when some of it was over by the clock of the start', async () => {
    const dated = `203.0.113.9 web ${start + 10 * day}`;
    await send(await begin(), one, dated);
    setClock(start + 20 * day);
    const ahead = await begin();
    expect([place.stands, await says(ahead)]).toEqual([['203.0.113.7'], null]);
    setClock(start + 60);
    await send(ahead, one, dated);
    expect(place.stands).toEqual(['203.0.113.7', '203.0.113.9']);
    expect(await says(ahead)).toBe(digestOf([one, dated]));
  });

  it.each([10, 400])(
    'believes the app rather than a list that was saved by a clock too far ahead, of an entry for %i days',
    async (days) => {
      const dated = `203.0.113.9 web ${start + days * day}`;
      const standing = await begin();
      await send(standing, dated);
      setClock(start + 100 * day);
      await send(standing, one, ...(days > 100 ? [dated] : []));
      setClock(start + 60);
      const again = await begin();
      // of the clock of this start it is not known whether it has been set yet
      expect(place.hostsIn.get('203.0.113.9')).toBe(days > 100 ? (days - 100) * day : undefined);
      expect(await says(again)).toBeNull();
      expect(await send(again, one, dated)).toMatchObject({ failed: [] });
      expect(Math.round(place.hostsIn.get('203.0.113.9') ?? 0)).toBe(days * day - 60);
      expect(await says(again)).toBe(digestOf([one, dated]));
    },
  );

  it('lets networks out that are to go, also where those that are to come are refused', async () => {
    const [gone, stays, comes] = ['198.51.100.0/25', '198.51.100.128/25', '203.0.113.0/24'];
    const standing = await begin();
    await send(standing, `${stays} sip,web 0`, `${gone} web 0`);
    place.before = (_what, networks) => {
      if (networks.some(({ network }) => network === comes)) {
        throw new Refused('kernel', 'There is no room.');
      }
    };
    await expect(send(standing, `${stays} web 0`, `${comes} web 0`)).rejects.toThrow(/no room/);
    expect(place.networksIn).toEqual([`${stays} web`]);
    expect(await says(standing)).toBeNull();
    place.before = () => undefined;
    await standing.look();
    expect(place.networksIn).toEqual([`${stays} web`, `${comes} web`]);
  });
});
