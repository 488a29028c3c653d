import { randomUUID } from 'node:crypto';
import { digits, type Digit, type Line } from '../ivr/line.ts';
import type { Instant } from '../domain/time.ts';
import { attestations, type Attestation } from '../domain/user.ts';

/*
 * The few fields that are used of Asterisk's events, as Asterisk 22 really sends
 * them (@types/ari-client has timestamps as Date and args as a string). Source:
 * rest-api/api-docs/events.json of Asterisk.
 */

export interface ChannelFields {
  readonly id: string;
  readonly caller?: { readonly number?: string };
  readonly dialplan?: {
    readonly exten?: string;
    readonly app_name?: string;
    readonly app_data?: string;
  };
}

export interface AnyEvent {
  /** When it happened, ISO 8601 with milliseconds: `2026-01-31T12:00:00.000+0000`. */
  readonly timestamp: string;
}

export interface ChannelEvent extends AnyEvent {
  readonly channel: ChannelFields;
}

export interface StasisStartEvent extends ChannelEvent {
  /** What the dialplan hands to Stasis after the application's name. */
  readonly args: readonly string[];
}

export interface ChannelDestroyedEvent extends ChannelEvent {
  /** Q.850: 17 busy, 19 no answer, … */
  readonly cause: number;
}

export interface DigitEvent extends ChannelEvent {
  readonly digit: string;
  readonly duration_ms: number;
}

export interface PlaybackEvent extends AnyEvent {
  readonly playback: {
    readonly id: string;
    readonly state: string;
    /** Of the file that the event is about. */
    readonly media_uri: string;
    /** `channel:ID`. */
    readonly target_uri: string;
  };
}

export interface AriEvents {
  StasisStart: StasisStartEvent;
  StasisEnd: ChannelEvent;
  ChannelDestroyed: ChannelDestroyedEvent;
  ChannelHangupRequest: ChannelEvent;
  ChannelDtmfReceived: DigitEvent;
  PlaybackStarted: PlaybackEvent;
  PlaybackContinuing: PlaybackEvent;
  PlaybackFinished: PlaybackEvent;
  ApplicationReplaced: object;
}

export function digitOf(event: DigitEvent): Digit | undefined {
  return digits.find((digit) => digit === event.digit);
}

export function instantOf(event: AnyEvent): Instant {
  return Date.parse(event.timestamp);
}

/** The channel that a playback plays to; '' when it is not a channel. */
export function channelOf(event: PlaybackEvent): string {
  return /^channel:(.+)$/.exec(event.playback.target_uri)?.[1] ?? '';
}

/** Who is on the line. */
export type Party = Pick<Line, 'id' | 'callerNumber' | 'dialled' | 'attestation'>;

export function callerOf({ channel, args }: StasisStartEvent): Party {
  const number = channel.caller?.number ?? '';
  return {
    id: channel.id,
    callerNumber: number === '' ? null : number,
    dialled: channel.dialplan?.exten ?? '',
    attestation: attestationOf(args),
  };
}

/** What the dialplan passes on of the caller's attestation; null for anything but one of the three letters. */
function attestationOf(args: readonly string[]): Attestation | null {
  const given = args.length === 1 ? args[0]?.trim().toUpperCase() : undefined;
  return attestations.find((attestation) => attestation === given) ?? null;
}

/** Whether the channel is in the given Stasis application, or is being phoned for it. */
export function isOf(application: string, channel: ChannelFields): boolean {
  const { app_name: name, app_data: argument = '' } = channel.dialplan ?? {};
  const isIn = name === 'Stasis' && argument.split(',')[0] === application;
  return isIn || isPlacedBy(application, channel.id);
}

/** The id of a channel that we phone somebody with; says so wherever it turns up. */
export function placedId(application: string): string {
  return `${application}-out-${randomUUID()}`;
}

/** Not so the far half of a Local channel, whose id is ours with a `;2`. */
export function isPlacedBy(application: string, channelId: string): boolean {
  const prefix = `${application}-out-`;
  return channelId.startsWith(prefix) && /^[0-9a-f-]{36}$/.test(channelId.slice(prefix.length));
}
