import { addressFromNumbers, type Address } from '../domain/address.ts';
import { refusalPrompts } from './prompts.ts';
import {
  addressQuestion,
  closeOldestQuestion,
  readBackQuestion,
  replaceNumberQuestion,
  type KeyedAddress,
} from './questions.ts';
import { pair } from './pair.ts';
import type { Visit } from './visit.ts';

/** What the caller has said yes to: the address, and the grant that is closed in exchange. */
export interface Agreed {
  readonly address: Address;
  readonly replaces: number | undefined;
}

/**
 * Asks for the address until it is one that may be opened and the caller has said
 * yes to it; `undefined` when they rather keep what they have.
 */
export async function agreeOnAddress(visit: Visit): Promise<Agreed | undefined> {
  const { call, parts } = visit;
  for (;;) {
    const answer = await call.ask(addressQuestion(parts.pairing !== undefined));
    const agreed =
      answer === 'pair' ? await agreeOnPaired(visit) : await agreeOnKeyed(visit, answer);
    if (agreed === 'kept') return undefined;
    if (agreed !== 'again') return agreed;
  }
}

type Agreement = Agreed | 'again' | 'kept';

async function agreeOnPaired(visit: Visit): Promise<Agreement> {
  const address = await pair(visit);
  if (!address || (await refuses(visit, address))) return 'again';
  const room = await makeRoom(visit, address);
  return room === 'kept' ? 'kept' : { address, replaces: room.replaces };
}

async function agreeOnKeyed(visit: Visit, keyed: KeyedAddress): Promise<Agreement> {
  const { call } = visit;
  let numbers = keyed;
  let replaces: number | undefined;
  for (;;) {
    const address = addressFromNumbers(numbers);
    if (!address || (await refuses(visit, address))) {
      if (!address) await refuse(visit, undefined, 'impossible');
      return 'again';
    }
    const room = await makeRoom(visit, address, replaces);
    if (room === 'kept') return 'kept';
    replaces = room.replaces;
    const answer = await call.ask(readBackQuestion(address));
    if (answer === 'open') return { address, replaces };
    if (answer === 'again') return 'again';
    numbers = await mend(visit, numbers, answer.replace);
  }
}

/** One number keyed anew; the others stay. */
async function mend(
  { call }: Visit,
  numbers: KeyedAddress,
  position: 1 | 2 | 3 | 4,
): Promise<KeyedAddress> {
  const [a, b, c, d] = numbers;
  const now = [a, b, c, d];
  const number = await call.ask(replaceNumberQuestion(position, now[position - 1] ?? 0));
  now[position - 1] = number;
  const [w = 0, x = 0, y = 0, z = 0] = now;
  return [w, x, y, z];
}

/** Whether the address may not be opened; then the caller has been told why. */
async function refuses(visit: Visit, address: Address): Promise<boolean> {
  const refusal = visit.parts.gate.refusalOf(address);
  if (refusal) await refuse(visit, address, refusal);
  return refusal !== undefined;
}

async function refuse(
  { call, visitor, parts }: Visit,
  address: Address | undefined,
  why: keyof typeof refusalPrompts,
): Promise<void> {
  await parts.log.addressRefused(visitor.callId, visitor.user.id, address, why);
  await call.tell({ name: refusalPrompts[why] });
}

/** Offers, once, to close the oldest where the user has as many open as they may. */
async function makeRoom(
  { call, visitor: { user }, parts: { gate } }: Visit,
  address: Address,
  promised?: number,
): Promise<{ readonly replaces: number | undefined } | 'kept'> {
  if (await gate.hasRoomFor(user, address)) return { replaces: undefined };
  if (promised !== undefined) return { replaces: promised };
  const [oldest] = await gate.openOf(user.id);
  // closed by somebody else in the meantime
  if (!oldest) return { replaces: undefined };
  const answer = await call.ask(closeOldestQuestion(oldest.address));
  return answer === 'close' ? { replaces: oldest.id } : 'kept';
}
