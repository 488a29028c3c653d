import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findAsterisk, type AsteriskHome } from './asterisk/find.ts';
import { startAsterisk, type RunningAsterisk } from './asterisk/run.ts';
import type { SippCall } from './asterisk/sipp.ts';
import type { CallPlan } from './asterisk/sipp-scenario.ts';
import { callBySipp, type PhoneLine } from './call.ts';
import { freePorts } from './free-ports.ts';
import { openPlace, type PlaceInside } from './inside/place.ts';
import { addresses, at, makeNetwork } from './network.ts';
import { initProduct, listeners, type ConfigChanges, type Product } from './product.ts';
import { roles } from './processes.ts';
import { readablePrograms } from './programs.ts';
import type { LabRecord, Place } from './record.ts';
import { Service } from './service.ts';
import { sh } from './shell.ts';
import { claimLab, clearDeadLabs, releaseLab } from './state.ts';

export interface LabOptions {
  /** On loopback, without namespaces and without a firewall: where the kernel refuses these. */
  readonly dryRun?: boolean;
  /** Laid over dialgate.yaml and helper.json. */
  readonly config?: ConfigChanges;
  readonly helperConfig?: ConfigChanges;
  /** The first user; default `ana`. */
  readonly userName?: string;
  /** Told of each thing that has been made. */
  readonly progress?: (what: string) => void;
}

export interface LabUser {
  readonly name: string;
  readonly knockCode: string;
  readonly pin: string;
}

export interface RestAnswer {
  readonly status: number;
  // whoever asks knows what comes
  readonly body: any;
}

/** The whole house with real parts, on a network of its own. */
export interface Lab {
  readonly id: string;
  readonly folder: string;
  /** Every log file is here. */
  readonly logs: string;
  readonly dryRun: boolean;
  readonly product: Product;
  readonly user: LabUser;
  /** An administrator's bearer token. */
  readonly token: string;
  readonly server: string;
  readonly line: PhoneLine;
  readonly serve: Service;
  /** Not started in a dry run. */
  readonly helper: Service;
  readonly asterisk: RunningAsterisk;
  readonly places: Readonly<Record<Place, PlaceInside>>;
  /** For a command that shall run at a place. */
  at(place: Place): readonly string[];
  /** By SIPp, from the carrier. */
  call(plan: CallPlan, who?: Parameters<typeof callBySipp>[2]): SippCall;
  rest(method: string, path: string, body?: unknown): Promise<RestAnswer>;
  /** A command of the CLI; what it printed. */
  cli(...words: readonly string[]): Promise<string>;
  addUser(name: string): Promise<LabUser>;
  startAsterisk(): Promise<void>;
  /** Ends and removes everything. Never rejects twice; safe to call at any time. */
  stop(): Promise<void>;
}

export const extension = '5550142';

/** Starts a lab. What a failure half way has made is removed before it rejects. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  await clearDeadLabs();
  const record = claimLab();
  try {
    return await build(record, options);
  } catch (error) {
    await releaseLab(record);
    throw error;
  }
}

async function build(record: LabRecord, options: LabOptions): Promise<Lab> {
  const { folder, namespaces, id } = record;
  const { dryRun = false, progress = () => undefined } = options;
  const home = homeOrThrow();
  const here = (place: Place): readonly string[] => (dryRun ? [] : at(namespaces[place]));
  const [server, carrier] = dryRun
    ? ['127.0.0.1', '127.0.0.1']
    : [addresses.server, addresses.carrier];
  const ports = dryRun ? await freePorts() : { sip: 5060, ari: 8088, rest: 8787, rtp: 10_000 };
  if (!dryRun) await makeNetwork(namespaces);
  progress(dryRun ? 'loopback' : 'three network namespaces');

  const logs = join(folder, 'log');
  mkdirSync(logs, { mode: 0o750 });
  const programs = readablePrograms(folder);
  const product = await initProduct({
    ...{ folder, programs, server, carrier, dryRun },
    ...{ ariPort: ports.ari, restPort: ports.rest },
    alsoAllow: ['203.0.113.0/24'],
    config: options.config ?? {},
    helperConfig: options.helperConfig ?? {},
  });
  progress('configuration and database');

  const common = { labId: id, logs, cwd: programs.root, prefix: here('server') };
  const helper = new Service({
    ...common,
    ...{ name: 'dialgate-helper', command: product.helper, role: roles.helper },
    ready: ({ fields }) => fields['event'] === 'ready',
  });
  const serve = new Service({
    ...common,
    ...{ name: 'dialgate-serve', command: product.serve, role: roles.serve },
    ready: ({ fields }) => fields['msg'] === 'ready',
  });
  const bootAsterisk = (): Promise<RunningAsterisk> =>
    startAsterisk({
      home,
      directory: join(folder, 'asterisk'),
      sounds: [product.sounds],
      prefix: here('server'),
      sip: { address: server, port: ports.sip },
      rtp: { first: ports.rtp, last: ports.rtp + 998 },
      ari: { port: ports.ari, username: 'dialgate', password: product.ariPassword },
      extension,
      callers: dryRun ? 'anyone' : { carrier },
    });

  const places = {
    server: openPlace(id, here('server')),
    carrier: openPlace(id, here('carrier')),
    roaming: openPlace(id, here('roaming')),
  };
  const startHelper = async (): Promise<void> => {
    if (dryRun) return;
    await helper.start();
    progress('dialgate-helper and its guard');
  };
  // all three at once: each waits for the others by itself
  const [booted] = await Promise.all([
    bootAsterisk().then((running) => {
      progress('Asterisk');
      return running;
    }),
    serve.start().then(() => progress('dialgate serve')),
    startHelper(),
    dryRun ? undefined : places.server.listen(server, listeners),
  ]);
  let asterisk = booted;

  const cli = (...words: readonly string[]): Promise<string> => {
    const [program = '', ...args] = [...product.cli, ...words];
    return sh(program, ...args);
  };
  const addUser = async (name: string): Promise<LabUser> => {
    const made = JSON.parse(await cli('user', 'add', name, '--json')) as LabUser;
    return { name, knockCode: made.knockCode, pin: made.pin };
  };
  const [user, { secret: token }] = await Promise.all([
    addUser(options.userName ?? 'ana'),
    cli('token', 'add', 'lab', '--role', 'admin', '--json').then(
      (text) => JSON.parse(text) as { secret: string },
    ),
  ]);
  progress('the first user and the first token');

  const rest: Lab['rest'] = async (method, path, body) => {
    const answer = await places.server.fetch(`${product.restUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: answer.body === '' ? null : JSON.parse(answer.body) };
  };
  await callsCanCome(rest);

  const temporary = join(folder, 'calls');
  mkdirSync(temporary);
  const line: PhoneLine = {
    ...{ home, extension, temporary },
    to: { address: server, port: ports.sip },
    from: carrier,
    prefix: here('carrier'),
  };
  const calls = new Set<SippCall>();
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    for (const call of calls) call.kill();
    await Promise.all([...calls].map((call) => call.ended));
    await serve.stop();
    await Promise.all([helper.stop(), asterisk.stop()]);
    for (const place of Object.values(places)) place.stop();
    await Promise.all([serve.log.close(), helper.log.close()]);
    await releaseLab(record);
  }

  return {
    ...{ id, folder, logs, dryRun, product, user, token, server, line, serve, helper, places },
    get asterisk() {
      return asterisk;
    },
    at: here,
    call(plan, who) {
      const call = callBySipp(line, plan, who);
      calls.add(call);
      void call.ended.then(() => calls.delete(call));
      return call;
    },
    rest,
    cli,
    addUser,
    async startAsterisk() {
      asterisk = await bootAsterisk();
    },
    stop: () => (stopped ??= stop()),
  };
}

function homeOrThrow(): AsteriskHome {
  const home = findAsterisk();
  if (home?.sipp) return home;
  throw new Error('There is no Asterisk with SIPp for the lab: npm start and npm test get one.');
}

/** Until every part says that it is well: Asterisk may have come up after dialgate looked. */
async function callsCanCome(rest: Lab['rest']): Promise<void> {
  let health: RestAnswer | undefined;
  for (let tries = 0; tries < 200; tries++) {
    health = await rest('GET', '/v1/health');
    if (health.status === 200 && health.body.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`The lab did not get well: ${JSON.stringify(health?.body)}`);
}
