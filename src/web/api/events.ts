import { useEffect, useRef, useState } from 'preact/hooks';
import type { AuditAnswer } from '../../http/answers/records.ts';
import { kinds, type Kind } from './kinds.ts';
import { lookForSession } from './session.ts';

/** One line of the record, as it happens. */
export type Happening = AuditAnswer;

type Listener = (happening: Happening) => void;
const listeners = new Set<Listener>();
const missers = new Set<() => void>();
const watchers = new Set<(live: boolean) => void>();

/** The browser goes on by itself after a break; after a refusal we do, each time later. */
const firstPause = 1000;
const longestPause = 30_000;
/**
 * A browser has six connections to a host for all its tabs together, and this keeps one
 * of them: a tab that nobody looks at for so long lets go of its own. ms.
 */
const unseen = 30_000;

let source: EventSource | undefined;
let retry: number | undefined;
let pause = firstPause;
let lastSeq: number | undefined;
let live = false;

function tellLive(now: boolean): void {
  live = now;
  for (const watcher of watchers) watcher(now);
}

function connect(): void {
  const path = lastSeq === undefined ? '/v1/events' : `/v1/events?after=${lastSeq}`;
  const opened = new EventSource(path);
  source = opened;
  opened.addEventListener('open', () => {
    pause = firstPause;
    tellLive(true);
  });
  opened.addEventListener('error', () => {
    tellLive(false);
    if (opened.readyState !== EventSource.CLOSED) return;
    // an EventSource does not say why it was refused: the session does
    void lookForSession();
    retry = window.setTimeout(connect, pause);
    pause = Math.min(pause * 2, longestPause);
  });
  const hear = (event: MessageEvent<string>): void => {
    const happening = JSON.parse(event.data) as Happening;
    if (lastSeq !== undefined && happening.seq <= lastSeq) return;
    lastSeq = happening.seq;
    for (const listener of listeners) listener(happening);
  };
  // what happened in between cannot be had any more
  opened.addEventListener('gap', () => {
    for (const misser of missers) misser();
  });
  for (const kind of kinds) opened.addEventListener(kind, hear as (event: Event) => void);
}

function disconnect(): void {
  window.clearTimeout(retry);
  source?.close();
  source = undefined;
  tellLive(false);
}

/** Keeps the one connection of the page; drawn once, where somebody is signed in. */
export function useConnection(): void {
  useEffect(() => {
    let hiding: number | undefined;
    const look = (): void => {
      window.clearTimeout(hiding);
      if (document.visibilityState === 'hidden') hiding = window.setTimeout(disconnect, unseen);
      else if (!source) connect();
    };
    connect();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      window.clearTimeout(hiding);
      disconnect();
      // whoever signs in next begins with what is now
      lastSeq = undefined;
    };
  }, []);
}

/** Whether happenings come as they happen. */
export function useLive(): boolean {
  const [now, see] = useState(live);
  useEffect(() => {
    see(live);
    watchers.add(see);
    return () => void watchers.delete(see);
  }, []);
  return now;
}

/** Told when happenings were missed, so that what is shown is looked at anew. */
export function useMissed(look: () => void): void {
  useEffect(() => {
    missers.add(look);
    return () => void missers.delete(look);
  }, [look]);
}

/** Hears what happens, of some kinds or (without) of all. */
export function useHappenings(wanted: readonly Kind[] | undefined, hear: Listener): void {
  const latest = useRef(hear);
  latest.current = hear;
  const which = wanted?.join();
  useEffect(() => {
    const chosen = which === undefined ? undefined : new Set(which.split(','));
    const listener: Listener = (happening) => {
      if (!chosen || chosen.has(happening.kind)) latest.current(happening);
    };
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, [which]);
}
