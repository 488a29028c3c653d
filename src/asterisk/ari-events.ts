import { digits, type Digit } from '../ivr/line.ts';
import type { Instant } from '../domain/time.ts';

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

export interface ChannelEvent {
  readonly channel: ChannelFields;
}

export interface DigitEvent extends ChannelEvent {
  readonly digit: string;
  readonly duration_ms: number;
  /** ISO 8601 with milliseconds, `2026-01-31T12:00:00.000+0000`. */
  readonly timestamp: string;
}

export interface PlaybackEvent {
  readonly playback: {
    readonly id: string;
    readonly state: string;
    /** `channel:ID`. */
    readonly target_uri: string;
  };
}

export interface AriEvents {
  StasisStart: ChannelEvent;
  StasisEnd: ChannelEvent;
  ChannelDestroyed: ChannelEvent;
  ChannelHangupRequest: ChannelEvent;
  ChannelDtmfReceived: DigitEvent;
  PlaybackFinished: PlaybackEvent;
  ApplicationReplaced: object;
}

export function digitOf(event: DigitEvent): Digit | undefined {
  return digits.find((digit) => digit === event.digit);
}

export function instantOf(event: DigitEvent): Instant {
  return Date.parse(event.timestamp);
}

/** The channel that a playback plays to; '' when it is not a channel. */
export function channelOf(event: PlaybackEvent): string {
  return /^channel:(.+)$/.exec(event.playback.target_uri)?.[1] ?? '';
}

export function callerNumberOf(channel: ChannelFields): string | null {
  const number = channel.caller?.number ?? '';
  return number === '' ? null : number;
}

/** Whether the channel is in the given Stasis application, by way of the dialplan. */
export function isIn(application: string, channel: ChannelFields): boolean {
  const { app_name: name, app_data: argument = '' } = channel.dialplan ?? {};
  return name === 'Stasis' && argument.split(',')[0] === application;
}
