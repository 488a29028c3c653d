import { keysLast } from './dtmf-pcap.ts';
import type { KeyTiming } from './rtp-packets.ts';

/** What the caller does once the call is answered. */
export interface CallPlan {
  /** In this order; each waits, then keys. `keys` may be empty for a plain pause. */
  readonly segments: readonly { readonly waitMs: number; readonly keys: string }[];
  /** The pace of the keys, which are then played from captures; absent: SIPp's own, 400 ms a key. */
  readonly timing?: KeyTiming | undefined;
  /** Hang up this long after the last segment; absent: wait for the other side to hang up. */
  readonly hangUpAfterMs?: number | undefined;
}

export interface CallIdentity {
  readonly extension: string;
  /** null: anonymous. SIPp puts the number of the call, from 1 on, in the place of `[call_number]`. */
  readonly callerNumber: string | null;
}

/** How long SIPp takes for keys at its own pace, measured with 3.8: a start, then 200 ms of tone and 200 ms of gap for each. */
export const keyingMs = (keys: string): number => 800 + keys.length * 400;

/** Where the capture with the keys of a segment lies. */
export type CaptureFile = (segment: number) => string;

/**
 * The call as a SIPp scenario. Payload type 96 must be the telephone-event and
 * the audio port `[media_port]`: with others SIPp 3.8 sends no digits.
 */
export function sippScenario(plan: CallPlan, who: CallIdentity, captureFile: CaptureFile): string {
  const user = who.callerNumber ?? 'anonymous';
  const from = `"${user}" <sip:${user}@[local_ip]:[local_port]>;tag=[call_number]`;
  const to = `<sip:${who.extension}@[remote_ip]:[remote_port]>`;
  const common = (cseq: string): string => `Max-Forwards: 70
      Call-ID: [call_id]
      CSeq: ${cseq}
      Contact: <sip:${user}@[local_ip]:[local_port]>`;
  const via = 'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]';
  const request = (method: string, cseq: string): string =>
    `${method} sip:${who.extension}@[remote_ip]:[remote_port] SIP/2.0
      ${via}
      From: ${from}
      To: ${to}[peer_tag_param]
      ${common(cseq)}`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="dialgate call">
  <send retrans="500"><![CDATA[
      ${request('INVITE', '1 INVITE')}
      Content-Type: application/sdp
      Content-Length: [len]

      v=0
      o=- 1 1 IN IP[local_ip_type] [local_ip]
      s=-
      c=IN IP[media_ip_type] [media_ip]
      t=0 0
      m=audio [media_port] RTP/AVP 0 96
      a=rtpmap:0 PCMU/8000
      a=rtpmap:96 telephone-event/8000
      a=fmtp:96 0-16
      a=sendrecv
  ]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200" timeout="15000"/>
  <send><![CDATA[
      ${request('ACK', '1 ACK')}
      Content-Length: 0

  ]]></send>
${plan.segments.map((one, i) => segment(one, plan.timing, captureFile(i))).join('\n')}
${plan.hangUpAfterMs === undefined ? farEndHangsUp : weHangUp(plan.hangUpAfterMs, request('BYE', '2 BYE'))}
</scenario>
`;
}

function segment(
  { waitMs, keys }: CallPlan['segments'][number],
  timing: KeyTiming | undefined,
  capture: string,
): string {
  const pause = waitMs > 0 ? `  <pause milliseconds="${waitMs}"/>\n` : '';
  if (keys === '') return pause;
  if (!/^[0-9*#]+$/.test(keys)) throw new Error('keys are 0 to 9, * and #');
  const play = timing ? `play_pcap_audio="${capture}"` : `play_dtmf="${keys}"`;
  // both return at once: the next step waits until the keys are through
  return `${pause}  <nop><action><exec ${play}/></action></nop>
  <pause milliseconds="${timing ? keysLast(keys, timing) : keyingMs(keys)}"/>`;
}

function weHangUp(afterMs: number, bye: string): string {
  return `  <pause milliseconds="${afterMs}"/>
  <send retrans="500"><![CDATA[
      ${bye}
      Content-Length: 0

  ]]></send>
  <recv response="200"/>`;
}

const farEndHangsUp = `  <recv request="BYE" timeout="120000"/>
  <send><![CDATA[
      SIP/2.0 200 OK
      [last_Via:]
      [last_From:]
      [last_To:]
      [last_Call-ID:]
      [last_CSeq:]
      Content-Length: 0

  ]]></send>`;
