import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findAsterisk, type AsteriskHome } from './asterisk/find.ts';
import { startAsterisk, type RunningAsterisk } from './asterisk/run.ts';
import type { PhoneLine } from './call.ts';
import { freePorts } from './free-ports.ts';
import { extension, type LabOptions } from './lab.ts';
import { addresses, at } from './network.ts';
import { initProduct, type Product } from './product.ts';
import { roles } from './processes.ts';
import { readablePrograms } from './programs.ts';
import type { LabRecord, Place } from './record.ts';
import { Service } from './service.ts';

/** What a lab is made of, ready to be started. */
export interface Parts {
  readonly server: string;
  readonly logs: string;
  readonly product: Product;
  readonly helper: Service;
  readonly serve: Service;
  readonly line: PhoneLine;
  bootAsterisk(): Promise<RunningAsterisk>;
  at(place: Place): readonly string[];
}

/** Lays out folders and configuration; starts nothing. */
export async function makeParts(record: LabRecord, options: LabOptions): Promise<Parts> {
  const { folder, namespaces, id } = record;
  const { dryRun = false } = options;
  const home = homeOrThrow();
  const here = (place: Place): readonly string[] => (dryRun ? [] : at(namespaces[place]));
  const hosts = dryRun ? { server: '127.0.0.1', carrier: '127.0.0.1' } : addresses;
  const { server, carrier } = hosts;
  const ports = dryRun ? await freePorts() : { sip: 5060, ari: 8088, rest: 8787, rtp: 10_000 };
  const [logs, temporary] = [join(folder, 'log'), join(folder, 'calls')];
  for (const path of [logs, temporary]) mkdirSync(path, { mode: 0o750 });
  const programs = readablePrograms(folder);
  const product = await initProduct({
    ...{ folder, programs, server, carrier, dryRun },
    ...{ ariPort: ports.ari, restPort: ports.rest },
    alsoAllow: ['203.0.113.0/24'],
    config: options.config ?? {},
    helperConfig: options.helperConfig ?? {},
  });
  const common = { labId: id, logs, cwd: programs.root, prefix: here('server') };
  return {
    ...{ server, logs, product, at: here },
    helper: new Service({
      ...common,
      ...{ name: 'dialgate-helper', command: product.helper, role: roles.helper },
      ready: ({ fields }) => fields['event'] === 'ready',
    }),
    serve: new Service({
      ...common,
      ...{ name: 'dialgate-serve', command: product.serve, role: roles.serve },
      ready: ({ fields }) => fields['event'] === 'ready',
    }),
    line: {
      ...{ home, extension, temporary },
      to: { address: server, port: ports.sip },
      from: carrier,
      prefix: here('carrier'),
    },
    bootAsterisk: () =>
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
      }),
  };
}

function homeOrThrow(): AsteriskHome {
  const home = findAsterisk();
  if (home?.sipp) return home;
  throw new Error('There is no Asterisk with SIPp for the lab: npm start and npm test get one.');
}
