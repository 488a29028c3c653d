import type { KeyTiming } from '../../lab/asterisk/rtp-keys.ts';
import type { LabCall } from '../../lab/inside/place.ts';
import { extension, type Lab } from '../../lab/lab.ts';

/** Secrets long enough that they cannot turn up in a log by chance. */
export const secrets = { knockCode: '61803*39887*49894', pin: '271828182845' } as const;

/** A person with a telephone at the carrier, who hears prompts and keys answers. */
export interface Caller {
  readonly call: LabCall;
  /** Waits until the prompt is being spoken. */
  hears(prompt: string, patience?: number): Promise<void>;
  keys(keys: string, timing?: KeyTiming): Promise<void>;
  /** Presses 1 at an offer that has to be listened to for a second first, until it has led to this prompt. */
  agrees(next: string): Promise<void>;
  /** Waits until dialgate has the whole call on record. */
  ended(): Promise<CallOnRecord>;
  /** The prompts so far, in order. */
  said(): string[];
}

export interface CallOnRecord {
  readonly id: number;
  readonly outcome: string;
}

const patience = 15_000;

/** As a quick hand keys. On a busy machine packets bunch up: shorter gaps would measure that, not the call. */
const unhurried: KeyTiming = { toneMs: 90, gapMs: 110 };

/** Phones, and is answered. */
export async function phones(
  lab: Lab,
  options: { callerNumber?: string | null; keysAtAnswer?: string } = {},
): Promise<Caller> {
  const { log } = lab.serve;
  const from = log.lines.length;
  const call = await lab.places.carrier.phone({
    to: lab.line.to,
    address: lab.line.from,
    extension,
    callerNumber: '5550119',
    timing: unhurried,
    ...options,
  });
  const began = await log.waitFor(
    'the call',
    ({ fields }) => fields['event'] === 'call',
    patience,
    from,
  );
  const id = Number(began.fields['callId']);
  const mine = (event: string) =>
    log.lines
      .slice(from)
      .filter(({ fields }) => fields['event'] === event && fields['callId'] === id);
  const asked = new Map<string, number>();
  /** Waits for the next one of this name that was not waited for in vain. */
  const spoken = async (prompt: string, ms: number): Promise<void> => {
    const before = asked.get(prompt) ?? 0;
    const heard = (): number =>
      mine('prompt').filter(({ fields }) => fields['prompt'] === prompt).length;
    await log.waitFor(
      `prompt ${prompt}, time ${before + 1}; heard so far: ${mine('prompt')
        .map(({ fields }) => String(fields['prompt']))
        .join(' ')}`,
      () => heard() > before,
      ms,
      from,
    );
    asked.set(prompt, before + 1);
  };
  return {
    call,
    hears: (prompt, ms = patience) => spoken(prompt, ms),
    keys: (keys, timing = unhurried) => call.key(keys, timing),
    async agrees(next) {
      // on a busy machine the offer may begin late, and a key too soon for it
      for (let tries = 1; ; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 1500));
        await call.key('1', unhurried);
        try {
          return await spoken(next, tries === 4 ? patience : 3000);
        } catch (error) {
          if (tries === 4) throw error;
        }
      }
    },
    async ended() {
      for (let tries = 0; tries < 200; tries++) {
        const { body } = await lab.rest('GET', '/v1/calls?limit=20');
        const record = body.items.find(
          (item: CallOnRecord & { endedAt: unknown }) => item.id === id,
        );
        if (record?.endedAt) return record;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`call ${id} is not on record as ended`);
    },
    said: () => mine('prompt').map(({ fields }) => String(fields['prompt'])),
  };
}

/** Keys knock code, PIN and address, each when it is asked for, up to the read-back. */
export async function keysUpTo(
  caller: Caller,
  last: 'knock-code' | 'pin' | 'address' | 'read-back',
  address = '203.0.113.7',
): Promise<void> {
  await caller.hears('knock-code');
  if (last === 'knock-code') return;
  await caller.keys(`${secrets.knockCode}#`);
  await caller.hears('pin');
  if (last === 'pin') return;
  await caller.keys(`${secrets.pin}#`);
  await caller.hears('address-or-pair');
  if (last === 'address') return;
  await caller.keys(`${address.replaceAll('.', '*')}#`);
  await caller.hears('read-back');
}

/** The whole call in one dial string. */
export const dialString = (address: string): string =>
  `${secrets.knockCode}#${secrets.pin}#${address.replaceAll('.', '*')}#1`;

/** Makes the user whose secrets these are. */
export async function addTraveller(
  lab: Lab,
  name = 'traveller',
  own: { knockCode: string; pin: string } = secrets,
): Promise<void> {
  const { status, body } = await lab.rest('POST', '/v1/users', { name, ...own });
  if (status !== 201) throw new Error(JSON.stringify(body));
}

/** Waits until the condition holds. */
export async function until(
  what: string,
  holds: () => Promise<boolean>,
  ms = 10_000,
): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
