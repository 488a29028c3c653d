import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import {
  createAdministration,
  type Administration,
  type Health,
} from '../access/administration.ts';
import type { AdmissionCounts } from '../access/admission.ts';
import { createReadiness, type Phase } from '../access/readiness.ts';
import { createRecordSeal } from '../access/audit/seal.ts';
import { createEntries, type Entries } from '../access/entries.ts';
import { createGate, type Gate } from '../access/gate.ts';
import { createLockouts, type Lockouts } from '../access/lockouts.ts';
import type { Notices } from '../access/notices/notices.ts';
import { createSecondFactors } from '../access/second-factors.ts';
import { createSecrets, type Secrets } from '../access/secrets.ts';
import { createTallies, type Tallies } from '../access/tallies.ts';
import type { AddressRules } from '../domain/address-rules.ts';
import { parseAddress, type Address } from '../domain/address.ts';
import type { Firewall, Names, Stores } from '../domain/ports.ts';
import { systemClock, systemTimer } from '../domain/time.ts';
import { DryRunFirewall } from '../firewall/dry-run.ts';
import { HelperClient } from '../firewall/helper-client.ts';
import { createNames } from '../names/resolver.ts';
import { openDatabase } from '../sqlite/database.ts';
import { createStores } from '../sqlite/stores.ts';
import { createMeters, type Meters } from '../http/metrics/meters.ts';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { lockoutRules, type Config } from './config.ts';
import { readKey } from './key-file.ts';
import { checkpointSinksOf, openNotices } from './notices.ts';
import { openRecordKeeping, type Record } from './record.ts';
import { runningConfiguration } from './running-configuration.ts';
import { programRoot, version } from './version.ts';

/** The rules with their real adapters behind them: all but the telephone and the doors. */
export interface House {
  readonly stores: Stores;
  readonly firewall: Firewall;
  readonly gate: Gate;
  readonly entries: Entries;
  readonly names: Names;
  /** What may not be let in; the server's own addresses are looked up at each use. */
  readonly addressRules: () => AddressRules;
  readonly secrets: Secrets;
  readonly lockouts: Lockouts;
  readonly administration: Administration;
  readonly record: Record;
  readonly notices: Notices;
  readonly meters: Meters;
  readonly tallies: Tallies;
  close(): void;
}

export interface HouseParts {
  readonly config: Config;
  readonly log: Logger;
  /** The address that callers are told, once it is known. */
  readonly externalAddress: () => Address | undefined;
  readonly asteriskHealth: () => { connected: boolean; why?: string };
  /** Undefined where no calls are taken. */
  readonly admission: () => AdmissionCounts | undefined;
  /** How far the server has come; undefined where none runs. */
  readonly phase?: () => Phase | undefined;
}

/** The languages that can be spoken, the usual one first. */
export const languagesOf = ({ speech }: Config): readonly string[] => [
  ...new Set([speech.language, ...speech.languages]),
];

/** @throws AccessError naming what cannot be used and the mend. */
export function openHouse(parts: HouseParts): House {
  const { config, log, externalAddress, asteriskHealth, admission } = parts;
  const key = readKey(config.key_file);
  const secrets = createSecrets(key);
  if (!existsSync(config.database)) {
    log.warn(
      { event: 'new-database', path: config.database },
      'there was no database: a new, empty one is made',
    );
  }
  const database = openDatabase(config.database, { migrations: join(programRoot, 'db') });
  const stores = createStores(database, createRecordSeal(key));
  const meters = createMeters();
  const tallies = createTallies({ audit: stores.audit, timer: systemTimer });
  const firewall = chooseFirewall(config, log, meters);
  const addressRules = (): AddressRules => ({
    own: [externalAddress(), ...interfaceAddresses()].filter((a) => a !== undefined),
    alsoAllowed: config.access.also_allow,
  });
  const names = createNames();
  const entries = createEntries({
    store: stores.entries,
    firewall,
    clock: systemClock,
    rules: {
      services: config.access.services,
      most: config.entries.most,
      addresses: addressRules,
    },
  });
  const gate = createGate({
    stores,
    firewall,
    clock: systemClock,
    steady: () => performance.now(),
    confirmed: (milliseconds) => meters.gateOpened(milliseconds),
    rules: {
      services: config.access.services,
      openFor: config.access.open_for,
      longest: config.access.longest,
      mostOpen: config.access.most_open,
      addresses: addressRules,
    },
  });
  const lockouts = createLockouts({ stores, clock: systemClock, rules: lockoutRules(config) });
  const record = openRecordKeeping({
    config,
    stores,
    key,
    log,
    sinks: checkpointSinksOf(config),
  });
  const { notices, notMe } = openNotices({ config, log, key, stores, gate });
  const wellness = (): Promise<Health> => health(stores, firewall, asteriskHealth);
  const administration = createAdministration({
    stores,
    record: record.record,
    refusedRequests: record.refusedRequests,
    notices,
    notMe,
    gate,
    entries,
    names,
    firewall,
    secrets,
    lockouts,
    secondFactors: createSecondFactors({
      stores,
      secrets,
      clock: systemClock,
      issuer: config.second_factor.issuer,
    }),
    clock: systemClock,
    timer: systemTimer,
    dialling: config.dialling,
    languages: () => languagesOf(config),
    usualServices: config.access.services,
    sessionIdle: config.http.session.idle,
    callsBack: config.call_back !== undefined,
    admission,
    configuration: () => runningConfiguration(config),
    health: wellness,
    ready: createReadiness({
      phase: parts.phase ?? (() => undefined),
      health: wellness,
      timer: systemTimer,
    }),
    measures: {
      tallies: () => tallies.counts(),
      size: () => stores.size(),
      externalAddressKnown: () => externalAddress() !== undefined,
      checkpointAt: () => record.checkpoints.keptAt(),
      notifications: () => notices.counts(),
    },
  });
  return {
    stores,
    firewall,
    gate,
    entries,
    names,
    addressRules,
    secrets,
    lockouts,
    administration,
    record,
    notices,
    meters,
    tallies,
    close() {
      tallies.stop();
      if (firewall instanceof HelperClient) firewall.stop();
      stores.close();
    },
  };
}

const dryRunAddresses = 1024;
/** The helper's own limits where nothing is said. */
const dryRunWidest = { widest4: 16, widest6: 32 };

function chooseFirewall(config: Config, log: Logger, meters: Meters): Firewall | HelperClient {
  if (config.firewall.kind === 'helper') {
    return new HelperClient({
      socket: config.firewall.socket,
      latency: (ms, timings) => log.debug({ event: 'gate-timing', ms, ...timings }, 'opened'),
      answered: (verb, ms) =>
        ms === undefined ? meters.helperSilent(verb) : meters.helperAnswered(verb, ms),
    });
  }
  return new DryRunFirewall(
    {
      services: config.firewall.services,
      longest: config.access.longest,
      mostAddresses: dryRunAddresses,
      networks: true,
      standing: { most: config.entries.most, ...dryRunWidest },
    },
    systemClock,
    (what) => log.warn({ event: 'dry-run' }, what),
  );
}

function interfaceAddresses(): (Address | undefined)[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => parseAddress(address));
}

async function health(
  stores: Stores,
  firewall: Firewall,
  asteriskHealth: HouseParts['asteriskHealth'],
): Promise<Health> {
  const tried = async (work: Promise<unknown>): Promise<{ ok: boolean; why?: string }> => {
    try {
      await work;
      return { ok: true };
    } catch (error) {
      return { ok: false, why: (error as Error).message };
    }
  };
  const { connected, why } = asteriskHealth();
  const parts = {
    asterisk: { ok: connected, ...(why !== undefined && { why }) },
    helper: await tried(firewall.limits()),
    database: await tried(stores.tokens.list()),
  };
  return { ok: Object.values(parts).every((part) => part.ok), parts, version };
}
