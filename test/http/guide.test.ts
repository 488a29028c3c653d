import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { furnished } from './operations.ts';
import { ask, openHouse, type House } from './workshop.ts';

/** One request of docs/rest.md, and what the guide says of the answer. */
interface Example {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly status: number;
  /** Of the answer; `…` is whatever else there is. */
  readonly keys: readonly string[];
}

const guide = readFileSync(new URL('../../docs/rest.md', import.meta.url), 'utf8');

/** A block of the guide is a story, told to one server. */
const stories = [...guide.matchAll(/```http\n([^]*?)```/g)].map(([, block = '']) =>
  block.split(/\n(?=(?:GET|POST|PATCH|DELETE) )/).map(exampleOf),
);

function exampleOf(text: string): Example {
  const { method, path, sent, status, answer } =
    /^(?<method>[A-Z]+) (?<path>\S+)\n(?<sent>[^]*?)\n*(?<status>\d{3}) [A-Za-z ]+\n(?<answer>[^]*)$/.exec(
      text,
    )?.groups ?? {};
  const heads = [...(sent ?? '').matchAll(/^([\w-]+): (.*)$/gm)];
  const first = (sent ?? '').indexOf('{');
  return {
    method: method ?? '',
    path: path ?? '',
    headers: Object.fromEntries(heads.map(([, name = '', value = '']) => [name, value])),
    body: first < 0 ? undefined : sent?.slice(first),
    status: Number(status),
    keys: topKeys(answer ?? ''),
  };
}

/** The keys of the outermost object, with `…` where the guide leaves some out. */
function topKeys(json: string): string[] {
  let depth = 0;
  const keys: string[] = [];
  for (const [piece, colon] of json.matchAll(/"(?:[^"\\]|\\.)*"(?=(:?))|[[\]{}…]/g)) {
    if (piece === '{' || piece === '[') depth += 1;
    else if (piece === '}' || piece === ']') depth -= 1;
    else if (depth === 1 && (piece === '…' || colon)) keys.push(piece.replaceAll('"', ''));
  }
  return keys;
}

/** Where the guide's own addresses may be opened, as in the lab of `npm start`. */
const alsoAllowed = ['203.0.113.0/24', '2001:db8::/32'];

async function houseFor([first]: readonly Example[]): Promise<House> {
  if (first?.path === '/v1/users') return openHouse({ alsoAllowed });
  const house = await furnished({ alsoAllowed });
  await house.rules.removeEntry('office', 'cli:local');
  return house;
}

describe('the guide to REST', () => {
  it('has as many examples as were found', () => {
    expect(stories.flat()).toHaveLength(
      guide.match(/^(GET|POST|PATCH|DELETE) \/\S+$/gm)?.length ?? 0,
    );
  });

  it.each(stories.map((story) => [`${story[0]?.method} ${story[0]?.path}`, story] as const))(
    'is answered as it says: %s and what follows',
    async (_, story) => {
      const house = await houseFor(story);
      for (const { method, path, headers, body, status, keys } of story) {
        const sent = body?.replace('dialgate_…', house.admin);
        const answered = await ask(house.at, method, path, {
          token: path === '/v1/session' ? undefined : house.admin,
          headers,
          ...(sent !== undefined && { body: sent }),
        });
        const what = `${method} ${path}`;
        expect([what, answered.status]).toEqual([what, status]);
        if (!answered.headers['content-type']?.includes('json')) continue;
        const there = Object.keys(answered.body).sort();
        const told = keys.includes('…') ? there.filter((key) => keys.includes(key)) : there;
        expect([what, told]).toEqual([what, keys.filter((key) => key !== '…').sort()]);
      }
    },
  );

  it('has addresses that are refused as they stand, and says so', async () => {
    const house = await openHouse({ alsoAllowed: [] });
    await house.rules.addUser({ name: 'mira' }, 'cli:local');
    const asked = (path: string): Example =>
      stories.flat().find((one) => one.method === 'POST' && one.path === path)!;
    const post = (path: string): ReturnType<typeof ask> =>
      ask(house.at, 'POST', path, { token: house.admin, body: asked(path).body });
    expect((await post('/v1/grants')).body).toMatchObject({
      status: 422,
      type: 'urn:dialgate:problem:address-refused',
    });
    expect((await post('/v1/entry-batches')).body).toMatchObject({ added: 0, refused: 2 });
    expect(guide).toContain('they are refused, with 422 `address-refused` (in a batch: `refused`)');
  });
});
