import { knockPlan } from './call.ts';
import type { Lab } from './lab.ts';
import { addresses } from './network.ts';
import { listeners } from './product.ts';
import { CallOnScreen, say, wrapped } from './screen.ts';

/** What a first look at the REST API shows of a grant and of the record. */
interface SeenGrant {
  readonly id: number;
  readonly userName: string;
  readonly address: string;
  readonly services: readonly string[];
  readonly expiresAt: string;
  readonly packets: number | null;
}
interface SeenAudit {
  readonly at: string;
  readonly actor: string;
  readonly kind: string;
  readonly address?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

export type TriedPorts = Readonly<Record<string, string>>;

/** The roaming host tries each protected port. */
export async function tryAllPorts(lab: Lab): Promise<TriedPorts> {
  const tried = await Promise.all(
    Object.entries(listeners).map(async ([name, port]) => {
      const result = await lab.places.roaming.tryConnect(lab.server, port);
      say(`   tcp/${String(port).padEnd(5)} ${name.padEnd(8)} ${result}`);
      return [name, result] as const;
    }),
  );
  return Object.fromEntries(tried);
}

export interface Outcome {
  readonly grantId: number | undefined;
  /** Why this is not how it should have gone; empty when it is. */
  readonly faults: readonly string[];
}

/** A real call opens a real firewall, shown as it happens. */
export async function showMainJob(lab: Lab): Promise<Outcome> {
  const faults: string[] = [];
  const expect = (ports: TriedPorts, wanted: string): void => {
    const others = Object.entries(ports).filter(([, result]) => result !== wanted);
    for (const [name, result] of others) faults.push(`${name} was ${result}, not ${wanted}`);
  };
  if (!lab.dryRun) {
    say(`\n1. The roaming host ${addresses.roaming} tries the server's ports`);
    expect(await tryAllPorts(lab), 'dropped');
  }

  say(
    `\n${lab.dryRun ? 1 : 2}. SIPp, at the carrier, phones ${lab.line.extension}. Seconds since it rang:`,
  );
  let triedInCall: Promise<void> | undefined;
  const screen = new CallOnScreen((event, name) => {
    if (event !== 'prompt' || name !== 'opened' || lab.dryRun) return;
    triedInCall = (async () => {
      say('   (meanwhile the roaming host tries again)');
      expect(await tryAllPorts(lab), 'in');
    })();
    // it is awaited below, when the call has ended
    triedInCall.catch(() => undefined);
  });
  const end = lab.serve.log.subscribe((line) => screen.show(line));
  const call = lab.call(knockPlan({ ...lab.user, address: addresses.roaming }));
  const { ok, why } = await call.ended;
  end();
  if (!ok) faults.push(`the call did not go as planned: ${why.trim().slice(-300)}`);
  await triedInCall;
  if (!triedInCall && !lab.dryRun) faults.push('the call did not open the gate');
  else say('           The call has ended.');

  say(`\n${lab.dryRun ? 2 : 3}. GET /v1/grants`);
  const grants = (await lab.rest('GET', '/v1/grants')).body.items as readonly SeenGrant[];
  for (const grant of grants) say(grantLine(grant));
  if (grants.length !== 1) faults.push(`${grants.length} grants are listed, not 1`);
  say('   GET /v1/audit');
  const audit = (await lab.rest('GET', '/v1/audit?limit=50')).body.items as readonly SeenAudit[];
  for (const row of audit.toReversed()) say(auditLine(row));
  return { grantId: grants[0]?.id, faults };
}

function grantLine({ id, userName, address, services, expiresAt, packets }: SeenGrant): string {
  const until = `${expiresAt.slice(11, 19)} UTC`;
  const came = packets === null ? '' : `; ${packets} packets have come`;
  return wrapped(
    '     ',
    `grant ${id}: ${userName} at ${address}, ${services.join(' ')}, until ${until}${came}`,
    '       ',
  );
}

function auditLine({ at, actor, kind, address, detail }: SeenAudit): string {
  const more = Object.entries(detail ?? {}).map(([key, value]) => `${key}=${String(value)}`);
  const words = [actor.padEnd(10), kind.padEnd(16), address ?? '', ...more].join(' ');
  return wrapped(`     ${at.slice(11, 19)} `, words.replace(/ +$/, ''), ' '.repeat(16));
}

/** Closes the grant by REST and looks whether it is shut: for new connections and for one that is open. */
export async function closeAndCheck(lab: Lab, grantId: number): Promise<readonly string[]> {
  const faults: string[] = [];
  const held = lab.dryRun
    ? undefined
    : await lab.places.roaming.hold(lab.server, listeners.ssh).catch(() => undefined);
  const aliveBefore = (await held?.alive()) ?? false;
  say(`\n${lab.dryRun ? 3 : 4}. DELETE /v1/grants/${grantId}`);
  const { status } = await lab.rest('DELETE', `/v1/grants/${grantId}`);
  if (status !== 200) faults.push(`closing was answered with ${status}`);
  const left = (await lab.rest('GET', '/v1/grants')).body.items as readonly SeenGrant[];
  if (left.length > 0) faults.push('the grant is still listed');
  if (lab.dryRun) {
    say(`   answered with ${status}; grants now: ${left.length}`);
    return faults;
  }
  const aliveAfter = (await held?.alive()) ?? false;
  say(
    `   a connection open before: ${aliveBefore ? 'lived' : 'dead'}, now ${aliveAfter ? 'lives' : 'cut'}`,
  );
  if (!aliveBefore) faults.push('no connection could be held open while the gate was');
  if (aliveAfter) faults.push('a connection open before was not cut');
  for (const [name, result] of Object.entries(await tryAllPorts(lab))) {
    if (result !== 'dropped') faults.push(`${name} was ${result} after closing`);
  }
  return faults;
}
