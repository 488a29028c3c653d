export interface Dialog {
  readonly local: { readonly address: string; readonly port: number };
  readonly remote: { readonly address: string; readonly port: number };
  readonly extension: string;
  /** null: anonymous. */
  readonly callerNumber: string | null;
  readonly callId: string;
  readonly tag: string;
  /** More header lines of the INVITE. */
  readonly headers?: readonly string[] | undefined;
}

export interface Body {
  readonly type: string;
  readonly text: string;
}

/** A request of the caller's. `to` is the To line of the answer, once there is one. */
export function request(
  method: 'INVITE' | 'ACK' | 'BYE' | 'CANCEL' | 'INFO',
  dialog: Dialog,
  options: { cseq: number; branch: string; to?: string | undefined; body?: Body },
): string {
  const { local, remote, extension } = dialog;
  const user = dialog.callerNumber ?? 'anonymous';
  const from =
    dialog.callerNumber === null
      ? `"Anonymous" <sip:anonymous@anonymous.invalid>`
      : `"${user}" <sip:${user}@${local.address}:${local.port}>`;
  const uri = `sip:${extension}@${remote.address}:${remote.port}`;
  const { type, text } = options.body ?? { type: '', text: '' };
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${local.address}:${local.port};branch=z9hG4bK${options.branch};rport`,
    'Max-Forwards: 70',
    `From: ${from};tag=${dialog.tag}`,
    options.to ?? `To: <${uri}>`,
    `Call-ID: ${dialog.callId}`,
    `CSeq: ${options.cseq} ${method}`,
    `Contact: <sip:${user}@${local.address}:${local.port}>`,
    ...((method === 'INVITE' && dialog.headers) || []),
    ...(type === '' ? [] : [`Content-Type: ${type}`]),
    `Content-Length: ${Buffer.byteLength(text)}`,
    '',
    text,
  ].join('\r\n');
}

/** An offer, or the answer to one: G.711 μ-law and telephone-events. */
export function sdp(address: string, port: number, eventType: number): Body {
  const lines = [
    'v=0',
    `o=- 1 1 IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    `m=audio ${port} RTP/AVP 0 ${eventType}`,
    'a=rtpmap:0 PCMU/8000',
    `a=rtpmap:${eventType} telephone-event/8000`,
    `a=fmtp:${eventType} 0-16`,
    'a=sendrecv',
    '',
  ];
  return { type: 'application/sdp', text: lines.join('\r\n') };
}

/** The answer to a request of the far end's: its own identifying lines back. */
export function answer(
  message: string,
  status: string,
  own: { tag?: string; contact?: string; body?: Body } = {},
): string {
  const kept = message
    .split('\r\n')
    .filter((l) => /^(Via|From|To|Call-ID|CSeq):/i.test(l))
    .map((l) => (own.tag && /^To:(?!.*;tag=)/i.test(l) ? `${l};tag=${own.tag}` : l));
  return [
    `SIP/2.0 ${status}`,
    ...kept,
    ...(own.contact === undefined ? [] : [`Contact: ${own.contact}`]),
    ...(own.body === undefined ? [] : [`Content-Type: ${own.body.type}`]),
    `Content-Length: ${Buffer.byteLength(own.body?.text ?? '')}`,
    '',
    own.body?.text ?? '',
  ].join('\r\n');
}

export function lineOf(message: string, name: string): string {
  return message.split('\r\n').find((l) => l.toLowerCase().startsWith(`${name}:`)) ?? '';
}

/** BYE by the one who was called. `tag` is what they answered the INVITE with. */
export function byeOfCalled(
  invite: string,
  tag: string,
  local: { readonly address: string; readonly port: number },
): string {
  const rest = (name: string): string => lineOf(invite, name).slice(name.length + 1);
  const contact = /<([^>]+)>/.exec(lineOf(invite, 'contact'))?.[1] ?? '';
  return [
    `BYE ${contact} SIP/2.0`,
    `Via: SIP/2.0/UDP ${local.address}:${local.port};branch=z9hG4bK${tag}bye;rport`,
    'Max-Forwards: 70',
    `From:${rest('to')};tag=${tag}`,
    `To:${rest('from')}`,
    lineOf(invite, 'call-id'),
    'CSeq: 1 BYE',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

/** Where the far end wants its audio. */
export function audioOf(
  message: string,
): { address: string; port: number; eventType: number | undefined } | undefined {
  const address = /^c=IN IP4 (\S+)/m.exec(message)?.[1];
  const port = /^m=audio (\d+)/m.exec(message)?.[1];
  const event = /^a=rtpmap:(\d+) telephone-event/m.exec(message)?.[1];
  if (!address || !port) return undefined;
  return { address, port: Number(port), eventType: event ? Number(event) : undefined };
}
