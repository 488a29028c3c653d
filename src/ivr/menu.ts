import { AccessError } from '../domain/access-error.ts';
import { secondsBetween, type Seconds } from '../domain/time.ts';
import type { Grant } from '../domain/grant.ts';
import type { Arrival, ArrivalNews } from '../access/arrival.ts';
import { closeWhichQuestion, menuQuestion, type MenuChoice } from './questions.ts';
import type { Visit } from './visit.ts';

/** What the caller was last told of, and whether its traveller has come. */
export interface Opened {
  readonly grant: Grant;
  readonly arrival: Arrival;
}

/** After it is open: until the caller wants another address, or goes. */
export async function menu(
  visit: Visit,
  opened: Opened | undefined,
): Promise<'another' | 'goodbye'> {
  const { call } = visit;
  let grant = opened?.grant;
  let news = opened?.arrival.news();
  for (;;) {
    const choice: MenuChoice | ArrivalNews = await call.ask(menuQuestion, news);
    switch (choice) {
      case 'arrived':
      case 'not-arrived':
        news = opened?.arrival.news();
        await call.play({ name: choice });
        break;
      case 'hear-again':
        await hearAgain(visit, grant);
        break;
      case 'extend':
        grant = (await extend(visit, grant)) ?? grant;
        break;
      case 'list':
        await list(visit);
        break;
      case 'close':
        await close(visit);
        break;
      case 'server-address':
        await sayServerAddress(visit);
        break;
      case 'another':
      case 'goodbye':
        return choice;
    }
  }
}

/** The server's external address, twice in one prompt. */
export async function sayServerAddress({ call, parts }: Visit): Promise<void> {
  const address = parts.externalAddress();
  await call.play(
    address ? { name: 'server-address', address } : { name: 'server-address-unknown' },
  );
}

const secondsLeft = ({ parts }: Visit, grant: Grant): Seconds =>
  secondsBetween(parts.clock.now(), grant.expiresAt);

/**
 * The grant as it is now: somebody may have closed or renewed it. Where nothing was
 * opened in this call, the one that was opened last.
 */
async function stillOpen(
  { visitor, parts }: Visit,
  grant: Grant | undefined,
): Promise<Grant | undefined> {
  const open = await parts.gate.openOf(visitor.user.id);
  return grant ? open.find((g) => g.address === grant.address) : open.at(-1);
}

async function hearAgain(visit: Visit, grant: Grant | undefined): Promise<void> {
  const now = await stillOpen(visit, grant);
  if (!now) return visit.call.play({ name: 'nothing-open' });
  await visit.call.play({
    name: 'open-address',
    address: now.address,
    seconds: secondsLeft(visit, now),
  });
  await sayServerAddress(visit);
}

async function extend(visit: Visit, grant: Grant | undefined): Promise<Grant | undefined> {
  const { call, visitor, parts, progress } = visit;
  const now = await stillOpen(visit, grant);
  if (!now) {
    await call.play({ name: 'nothing-open' });
    return undefined;
  }
  try {
    const extended = await parts.gate.open({
      userId: visitor.user.id,
      address: now.address,
      callId: visitor.callId,
      by: `call:${visitor.callId}`,
      extends: now.id,
      revision: visitor.user.revision,
    });
    progress.outcome = 'opened';
    const seconds = secondsBetween(extended.openedAt, extended.expiresAt);
    await call.play(
      grant
        ? { name: 'extended', until: extended.expiresAt, seconds }
        : // what was not opened in this call has not been named yet
          { name: 'open-address', address: extended.address, seconds },
    );
    return extended;
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    // closed by somebody in this very moment
    await call.tell({ name: error.code === 'conflict' ? 'nothing-open' : 'nothing-opened' });
    return undefined;
  }
}

async function list(visit: Visit): Promise<void> {
  const { call, visitor, parts } = visit;
  const open = await parts.gate.openOf(visitor.user.id);
  if (open.length === 0) await call.play({ name: 'nothing-open' });
  for (const grant of open) {
    const seconds = secondsLeft(visit, grant);
    await call.play({ name: 'open-address', address: grant.address, seconds });
  }
}

/** Goes through the open addresses until the caller has said which. */
async function close(visit: Visit): Promise<void> {
  const { call, visitor, parts } = visit;
  const { gate } = parts;
  const { user, callId } = visitor;
  const by = `call:${callId}` as const;
  const open = await gate.openOf(user.id);
  if (open.length === 0) return call.play({ name: 'nothing-open' });
  for (const grant of open) {
    const choice = await call.ask(closeWhichQuestion(grant.address, secondsLeft(visit, grant)));
    if (choice === 'none') return;
    if (choice === 'next') continue;
    try {
      // by its address: what was opened anew there while we asked is meant, too
      await gate.closeAllOf(user.id, by, choice === 'all' ? undefined : grant.address);
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      return call.tell({ name: 'not-closed' });
    }
    return call.play(
      choice === 'all' ? { name: 'closed-all' } : { name: 'closed-one', address: grant.address },
    );
  }
}
