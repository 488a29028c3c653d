import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dtmfPcap } from './dtmf-pcap.ts';
import { enclosed } from './enclosure.ts';
import type { AsteriskHome } from './find.ts';
import { sippScenario, type CallIdentity, type CallPlan } from './sipp-scenario.ts';

export interface SippOptions extends CallIdentity {
  readonly home: AsteriskHome;
  /** Asterisk's SIP address and port. */
  readonly to: { readonly address: string; readonly port: number };
  /** The caller's own; ports are UDP, the audio takes `rtpPort` to `rtpPort + 3`. */
  readonly from: { readonly address: string; readonly port: number; readonly rtpPort: number };
  /** Such as `['ip', 'netns', 'exec', 'carrier']`. */
  readonly prefix?: readonly string[] | undefined;
  /** Calls in all; default 1. */
  readonly calls?: number | undefined;
  /** So many of them at a time; default 1. */
  readonly atOnce?: number | undefined;
  /** Begun in a second, at most; default 10. */
  readonly callsPerSecond?: number | undefined;
  /** Where the scenario lies meanwhile; default the system's folder for such things. */
  readonly temporary?: string | undefined;
  /** Given up after this many seconds; default 120. */
  readonly longest?: number | undefined;
}

export interface SippCall {
  readonly pid: number;
  /** True when the call went as planned (or the other side hung up first); what SIPp complained of otherwise. Never rejects. */
  readonly ended: Promise<{ readonly ok: boolean; readonly why: string }>;
  /** Ends SIPp without hanging up, as a telephone that loses power. */
  kill(): void;
}

/**
 * Phones the extension with SIPp. It writes its digits to a raw socket, so it
 * needs root (or CAP_NET_RAW); it stalls when BYE comes before its digits end.
 */
export function phone(plan: CallPlan, options: SippOptions): SippCall {
  const { home, to, from } = options;
  if (home.sipp === null) throw new Error('There is no SIPp: install sip-tester.');
  const folder = mkdtempSync(join(options.temporary ?? tmpdir(), 'dialgate-sipp-'));
  const scenario = join(folder, 'call.xml');
  const capture = (segment: number): string => join(folder, `keys-${segment}.pcap`);
  writeFileSync(scenario, sippScenario(plan, options, capture));
  if (plan.timing) {
    for (const [i, { keys }] of plan.segments.entries()) {
      writeFileSync(capture(i), dtmfPcap(keys, plan.timing, i));
    }
  }
  const longest = options.longest ?? 120;
  const [program, ...args] = enclosed(home, { visible: [folder], prefix: options.prefix }, [
    home.sipp,
    `${to.address}:${to.port}`,
    ...['-sf', scenario, '-m', String(options.calls ?? 1)],
    ...['-l', String(options.atOnce ?? 1), '-r', String(options.callsPerSecond ?? 10)],
    ...['-i', from.address, '-p', String(from.port)],
    ...['-mi', from.address, '-mp', String(from.rtpPort)],
    ...['-timeout', `${longest}s`, '-timeout_error', '-nostdin'],
    ...['-trace_err', '-error_file', join(folder, 'errors.log')],
  ]);
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], TERM: 'dumb' },
  });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-2000);
  });
  const giveUp = setTimeout(() => child.kill('SIGKILL'), (longest + 5) * 1000);
  const ended = new Promise<{ ok: boolean; why: string }>((resolve) => {
    child.once('error', (error) => {
      complaints += error.message;
      resolve({ ok: false, why: complaints });
    });
    child.once('exit', (code) => {
      const why = code === 0 ? '' : complaints + errorsIn(folder);
      // the other side may hang up at any time: SIPp has answered that, and calls it a failure
      resolve(why.includes('unexpected BYE') ? { ok: true, why: '' } : { ok: code === 0, why });
    });
  }).finally(() => {
    clearTimeout(giveUp);
    rmSync(folder, { recursive: true, force: true });
  });
  return { pid: child.pid ?? 0, ended, kill: () => void child.kill('SIGKILL') };
}

function errorsIn(folder: string): string {
  try {
    return readFileSync(join(folder, 'errors.log'), 'utf8').slice(-2000);
  } catch {
    return ''; // SIPp makes it only when it has something to say
  }
}
