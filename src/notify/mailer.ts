import { createTransport } from 'nodemailer';
import type { Mail, Mailer, Outcome } from '../domain/notice.ts';
import type { Seconds } from '../domain/time.ts';

export interface MailerOptions {
  readonly host: string;
  readonly port: number;
  /** TLS from the start, TLS after STARTTLS or not at all, or no TLS. */
  readonly security: 'tls' | 'starttls' | 'none';
  readonly login: { readonly user: string; readonly password: string } | undefined;
  /** Certificates in PEM that are trusted instead of the system's. */
  readonly ca: string | undefined;
  readonly from: string;
  /** For the whole of one mail. */
  readonly deadline?: Seconds;
}

const usualDeadline: Seconds = 12;

/** Sends by one SMTP server, each mail over a connection of its own. */
export function createMailer(options: MailerOptions): Mailer {
  const { host, port, security, login, ca, from, deadline = usualDeadline } = options;
  const patience = deadline * 1000;
  const domain = from.slice(from.lastIndexOf('@') + 1).replace('>', '');

  async function send({ to, subject, text, delivery }: Mail): Promise<Outcome> {
    const transport = createTransport({
      host,
      port,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      ...(login && { auth: { user: login.user, pass: login.password } }),
      tls: { minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) },
      dnsTimeout: patience,
      connectionTimeout: patience,
      greetingTimeout: patience,
      socketTimeout: patience,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    // it ends the connection, too: one that is fed a byte a second would never be idle
    const signal = AbortSignal.timeout(patience);
    try {
      const { response } = await transport.sendMail({
        from,
        // an object, so that no comma in it could make two of it
        to: { name: '', address: to },
        subject,
        text,
        messageId: `<${delivery}@${domain}>`,
        // RFC 3834: nobody's absence shall answer us
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal,
      });
      return { ok: true, answer: response.slice(0, 200) };
    } catch (error) {
      if (!signal.aborted) throw error;
      return { ok: false, why: `no answer within ${deadline} s`, forGood: false };
    }
  }

  return {
    send: (mail) => send(mail).catch(failureOf),
  };
}

/** What the server says of the receiver for good; all else may be mended. */
function failureOf(error: unknown): Outcome {
  const { code, responseCode, command, message } = error as {
    code?: string;
    responseCode?: number;
    command?: string;
    message?: string;
  };
  // 550 to 559 to RCPT: there is no such mailbox; 552 and 554 to DATA: not this message
  const forGood =
    responseCode !== undefined &&
    responseCode >= 550 &&
    responseCode < 560 &&
    (command === 'RCPT TO' || command === 'DATA');
  const why = [code, responseCode ?? (code === undefined ? message : undefined), tlsFault(message)]
    .filter((part) => part !== undefined)
    .join(' ');
  return { ok: false, why: why.slice(0, 200) || 'unknown', forGood };
}

/** Which the administrator has to mend, and cannot guess from a code. */
function tlsFault(message = ''): string | undefined {
  return /certificate|STARTTLS|altnames/i.test(message) ? message : undefined;
}
