import type { GrantAnswer } from '../../../http/answers/grants.ts';
import { ask } from '../../api/ask.ts';
import { asProblem } from '../../api/problem.ts';
import { toast } from '../../pieces/toasts.tsx';
import { serverNow } from '../../time/clock.ts';
import { durationWords, instantWords } from '../../time/words.ts';

/**
 * Closes at once: whoever closes means it, and cannot wait for a time to think again to
 * run out. To undo is to open anew, for what was left.
 *
 * @throws Problem when it is not closed; it may be closed already (`conflict`).
 */
export async function closeGrant(grant: GrantAnswer, mayOpen: boolean): Promise<void> {
  await ask<GrantAnswer>('DELETE', `/v1/grants/${grant.id}`);
  toast({
    text: `Closed ${grant.address} of ${grant.userName}.`,
    ...(mayOpen && { action: { label: 'Undo', run: () => void openAgain(grant) }, seconds: 10 }),
  });
}

/** Until when it would have been open, for the same user and address; says plainly when that fails. */
async function openAgain(closed: GrantAnswer): Promise<void> {
  const { userName, address, expiresAt } = closed;
  const seconds = Math.floor((Date.parse(expiresAt) - serverNow()) / 1000);
  if (seconds < 1) {
    toast({ text: `${address} is not opened again: its time has run out.`, kind: 'bad' });
    return;
  }
  try {
    const body = { user: userName, address, seconds };
    const { body: opened } = await ask<GrantAnswer>('POST', '/v1/grants', { body });
    toast({ text: reopenedWords(closed, opened) });
  } catch (error) {
    const { message } = asProblem(error);
    toast({ text: `${address} is not open again: ${message}`, kind: 'bad', seconds: 12 });
  }
}

function reopenedWords(closed: GrantAnswer, opened: GrantAnswer): string {
  const until = instantWords(new Date(opened.expiresAt));
  const same = closed.services.toSorted().join() === opened.services.toSorted().join();
  // what a user may have can be changed while something is open; opening goes by what holds now
  const services = same ? '' : `, for ${opened.services.join(', ')} as ${opened.userName} has now`;
  return `${opened.address} of ${opened.userName} is open again until ${until}${services}.`;
}

/** @throws Problem when it is refused, or the gate does not confirm it; then nothing is open. */
export async function openGrant(
  body: { readonly user: string; readonly address: string; readonly seconds?: number },
  key: string,
): Promise<void> {
  const { body: opened } = await ask<GrantAnswer>('POST', '/v1/grants', { body, key });
  const until = instantWords(new Date(opened.expiresAt));
  const services = opened.services.join(', ');
  toast({ text: `${opened.address} of ${opened.userName} is open until ${until}: ${services}.` });
}

/** @throws Problem when it is refused; then it ends when it would have ended. */
export async function extendGrant(
  grant: GrantAnswer,
  length: { readonly seconds?: number },
  etag: string | null,
): Promise<void> {
  const { body } = await ask<GrantAnswer>('POST', `/v1/grants/${grant.id}/extend`, {
    body: length,
    ifMatch: etag,
  });
  const lasts = durationWords((Date.parse(body.expiresAt) - serverNow()) / 1000 + 1);
  toast({ text: `${body.address} of ${body.userName} is open for another ${lasts}.` });
}

/** @throws Problem when some could not be closed; the others are. */
export async function closeMany(which: { user: string } | { all: 'true' }): Promise<void> {
  const { body } = await ask<{ closed: readonly number[] }>('DELETE', '/v1/grants', {
    query: which,
  });
  const count = body.closed.length;
  toast({ text: count === 1 ? 'Closed 1 address.' : `Closed ${count} addresses.` });
}
