import type { RunningAsterisk } from './asterisk/run.ts';
import type { SippCall } from './asterisk/sipp.ts';
import { askByCli, askByRest, callsCanCome } from './asking.ts';
import { callBySipp } from './call.ts';
import { openPlace, type PlaceInside } from './inside/place.ts';
import type { Lab, LabOptions } from './lab.ts';
import { makeNetwork } from './network.ts';
import { makeParts } from './parts.ts';
import { listeners } from './product.ts';
import type { LabRecord, Place } from './record.ts';
import { claimLab, clearDeadLabs, releaseLab } from './state.ts';

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
  if (!dryRun) await makeNetwork(namespaces);
  progress(dryRun ? 'loopback' : 'three network namespaces');
  const { server, logs, product, helper, serve, line, bootAsterisk, at } = await makeParts(
    record,
    options,
  );
  progress('configuration, key and database');
  const places: Record<Place, PlaceInside> = {
    server: openPlace(id, at('server')),
    carrier: openPlace(id, at('carrier')),
    roaming: openPlace(id, at('roaming')),
  };
  let asterisk: RunningAsterisk;
  const startAsterisk = async (): Promise<void> => {
    asterisk = await bootAsterisk();
  };
  // all at once: each waits for the others by itself
  await Promise.all([
    startAsterisk().then(() => progress('Asterisk')),
    serve.start().then(() => progress('dialgate serve')),
    dryRun || helper.start().then(() => progress('dialgate-helper and its guard')),
    dryRun || places.server.listen(server, listeners),
  ]);
  const asking = askByCli(product);
  const [user, token] = await Promise.all([
    asking.addUser(options.userName ?? 'ana'),
    asking.addToken('lab', 'admin'),
  ]);
  progress('the first user and the first token');
  const rest = askByRest(product, token, places.server);
  await callsCanCome(rest);

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
    ...{ at, rest, cli: asking.cli, addUser: asking.addUser, startAsterisk },
    get asterisk() {
      return asterisk;
    },
    call(plan, who) {
      const call = callBySipp(line, plan, who);
      calls.add(call);
      void call.ended.then(() => calls.delete(call));
      return call;
    },
    stop: () => (stopped ??= stop()),
  };
}
