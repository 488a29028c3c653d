export interface Dialog {
  readonly local: { readonly address: string; readonly port: number };
  readonly remote: { readonly address: string; readonly port: number };
  readonly extension: string;
  /** null: anonymous. */
  readonly callerNumber: string | null;
  readonly callId: string;
  readonly tag: string;
}

/** A request of the caller's. `to` is the To line of the answer, once there is one. */
export function request(
  method: 'INVITE' | 'ACK' | 'BYE' | 'CANCEL',
  dialog: Dialog,
  options: { cseq: number; branch: string; to?: string | undefined; sdp?: string },
): string {
  const { local, remote, extension } = dialog;
  const user = dialog.callerNumber ?? 'anonymous';
  const from =
    dialog.callerNumber === null
      ? `"Anonymous" <sip:anonymous@anonymous.invalid>`
      : `"${user}" <sip:${user}@${local.address}:${local.port}>`;
  const uri = `sip:${extension}@${remote.address}:${remote.port}`;
  const body = options.sdp ?? '';
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${local.address}:${local.port};branch=z9hG4bK${options.branch};rport`,
    'Max-Forwards: 70',
    `From: ${from};tag=${dialog.tag}`,
    options.to ?? `To: <${uri}>`,
    `Call-ID: ${dialog.callId}`,
    `CSeq: ${options.cseq} ${method}`,
    `Contact: <sip:${user}@${local.address}:${local.port}>`,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

/** The offer: G.711 μ-law and telephone-events. */
export function offer(address: string, port: number): string {
  return [
    'v=0',
    `o=- 1 1 IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    `m=audio ${port} RTP/AVP 0 96`,
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:96 telephone-event/8000',
    'a=fmtp:96 0-16',
    'a=sendrecv',
    '',
  ].join('\r\n');
}

/** The answer to a request of the far end's: its own identifying lines back. */
export function ok(message: string): string {
  const kept = message.split('\r\n').filter((l) => /^(Via|From|To|Call-ID|CSeq):/i.test(l));
  return ['SIP/2.0 200 OK', ...kept, 'Content-Length: 0', '', ''].join('\r\n');
}

export function lineOf(message: string, name: string): string {
  return message.split('\r\n').find((l) => l.toLowerCase().startsWith(`${name}:`)) ?? '';
}

/** Where the answer wants its audio. */
export function audioOf(message: string): { address: string; port: number } | undefined {
  const address = /^c=IN IP4 (\S+)/m.exec(message)?.[1];
  const port = /^m=audio (\d+)/m.exec(message)?.[1];
  return address && port ? { address, port: Number(port) } : undefined;
}
