import { Resolver } from 'node:dns/promises';
import { parseAddress, type Family } from '../domain/address.ts';
import type { NameAnswer, Names } from '../domain/ports.ts';
import type { Seconds } from '../domain/time.ts';

export interface ResolverOptions {
  /** `address` or `address:port`; without them those of the system (resolv.conf). */
  readonly servers?: readonly string[];
  /** How long one name may take in all, whatever the servers do. */
  readonly patience?: Seconds;
}

/** Each server gets this long, in milliseconds, and this often. */
const timeout = 1500;
const tries = 2;
/** Of a reverse look-up: whoever owns an address may say of it what they like. */
const mostNames = 8;

/**
 * Asks DNS, and DNS alone: no /etc/hosts. A resolver for each question, since it
 * reads resolv.conf when it is made: one that was made at boot, before there was
 * a network, would ask in vain for ever.
 */
export function createNames({ servers, patience = 5 }: ResolverOptions = {}): Names {
  async function asked<T>(question: (resolver: Resolver) => Promise<T>, late: T): Promise<T> {
    const resolver = new Resolver({ timeout, tries });
    if (servers) resolver.setServers(servers);
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<T>((resolve) => {
      timer = setTimeout(() => {
        resolve(late);
        resolver.cancel();
      }, patience * 1000);
    });
    try {
      return await Promise.race([question(resolver), timeUp]);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    resolve: (name) => asked((resolver) => bothFamilies(resolver, name), nobodyAnswered),
    namesOf: (address) =>
      asked(async (resolver) => {
        const names = await resolver.reverse(address).catch((): string[] => []);
        return names.filter((name) => /^[A-Za-z0-9._-]{1,253}$/.test(name)).slice(0, mostNames);
      }, []),
  };
}

type Records = readonly { readonly address: string; readonly ttl: Seconds }[];
type Looked = { readonly records: Records } | { readonly code: string };

async function bothFamilies(resolver: Resolver, name: string): Promise<NameAnswer> {
  const [four, six] = await Promise.all([
    looked(resolver.resolve4(name, { ttl: true })),
    looked(resolver.resolve6(name, { ttl: true })),
  ]);
  const records = [four, six].flatMap((one) => ('records' in one ? one.records : []));
  const failures = [
    { family: 4 as Family, one: four },
    { family: 6 as Family, one: six },
  ].flatMap(({ family, one }) =>
    'code' in one ? [{ family, reason: wordsFor(one.code), code: one.code }] : [],
  );
  // a name with addresses of one family is well without the other; one with none at all is not
  const none = records.length === 0 && failures.every(({ code }) => code === 'ENODATA');
  return {
    // IPv4 inside IPv6 and its like have no canonical form, and are nobody's address
    addresses: records.map(({ address }) => parseAddress(address)).filter((a) => a !== undefined),
    ttl: Math.min(...records.map(({ ttl }) => ttl), longestTtl),
    failures: failures
      .filter(({ code }) => none || code !== 'ENODATA')
      .map(({ family, reason }) => ({ family, reason })),
  };
}

/** A week: what RFC 8767 recommends as the longest that anything is kept. */
const longestTtl: Seconds = 604_800;

async function looked(question: Promise<Records>): Promise<Looked> {
  try {
    return { records: await question };
  } catch (error) {
    return { code: (error as NodeJS.ErrnoException).code ?? 'unknown' };
  }
}

const noAnswer = 'no DNS server answered in time';
const nobodyAnswered: NameAnswer = {
  addresses: [],
  ttl: 0,
  failures: [
    { family: 4, reason: noAnswer },
    { family: 6, reason: noAnswer },
  ],
};

function wordsFor(code: string): string {
  switch (code) {
    case 'ENOTFOUND':
      return 'there is no such name';
    case 'ENODATA':
      return 'the name has no address';
    case 'ESERVFAIL':
      return 'the DNS server failed (SERVFAIL)';
    case 'EREFUSED':
      return 'the DNS server refused to answer';
    case 'ECONNREFUSED':
      return 'no DNS server could be reached';
    case 'ETIMEOUT':
    case 'ECANCELLED':
      return noAnswer;
    default:
      return `DNS failed (${code})`;
  }
}
