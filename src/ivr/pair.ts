import { AccessError } from '../domain/access-error.ts';
import type { Address } from '../domain/address.ts';
import type { PairingVerdict, PairingWindow } from '../access/pairing.ts';
import { NoAnswer } from './call.ts';
import { pairedQuestion, pairingQuestion } from './questions.ts';
import type { Visit } from './visit.ts';

/**
 * Recognises the caller by the connection that they try now; `undefined` when
 * nobody came, more than one did, or the caller said that it is not they.
 */
export async function pair(visit: Visit): Promise<Address | undefined> {
  const { call, visitor, parts } = visit;
  const server = parts.externalAddress();
  if (server) await call.play({ name: 'server-address', address: server });
  const window = await openWindow(visit);
  if (!window) {
    await call.tell({ name: 'pair-unavailable' });
    return undefined;
  }
  let verdict: PairingVerdict | 'stop';
  try {
    const [port = 0] = window.ports;
    const spoken = visitor.user.pairing === 'spoken-port';
    verdict = await call.ask(
      pairingQuestion(spoken ? { name: 'pair-port', port } : { name: 'pair-knock' }),
      window.verdict,
    );
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    verdict = { kind: 'none' };
  } finally {
    await window.stop();
  }
  if (verdict === 'stop') return undefined;
  if (verdict.kind === 'found') return confirmed(visit, verdict.addresses);
  await call.tell({ name: verdict.kind === 'several' ? 'pair-several' : 'pair-none' });
  return undefined;
}

async function openWindow({ visitor, parts }: Visit): Promise<PairingWindow | undefined> {
  const { user, knockCode, callId } = visitor;
  const ports = user.pairing === 'spoken-port' ? 'any' : portsOf(knockCode);
  try {
    return await parts.pairing?.begin({ userId: user.id, callId }, ports);
  } catch (error) {
    if (error instanceof AccessError) return undefined;
    throw error;
  }
}

/** Twice the same number is one port. */
function portsOf(knockCode: string): number[] {
  return [...new Set(knockCode.split('*').map(Number))];
}

/** A browser may have come by both families of addresses: each is offered in turn. */
async function confirmed(
  { call }: Visit,
  addresses: readonly Address[],
): Promise<Address | undefined> {
  for (const address of addresses) {
    if ((await call.ask(pairedQuestion(address))) === 'open') return address;
  }
  return undefined;
}
