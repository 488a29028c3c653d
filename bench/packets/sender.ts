import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { packageRoot } from '../../lab/package-root.ts';
import type { Host } from '../hosts.ts';
import { frameLength } from './frames.ts';

export interface Job {
  /** Of the host that sends. */
  readonly interface: string;
  /** A file of frames. */
  readonly frames: string;
  /** So many in each round. */
  readonly count: number;
}

/** A number of packets sent without a pause. */
export interface Burst {
  readonly job: Job;
  readonly packets: number;
  /** From the first to the last of them, sent and received. */
  readonly nanoseconds: number;
  /** What the sender's processor worked for it, receiving included unless the kernel counts that apart. */
  readonly worked: number;
}

export interface Sending {
  /** Settles when all is sent. @throws Error with what the sender complained of */
  readonly done: Promise<readonly Burst[]>;
  stop(): void;
}

export interface SendOptions {
  readonly rounds: number;
  /** Ends it before the rounds are over. */
  readonly seconds: number;
}

/** Sends the jobs' packets by turns, round after round, as fast as one processor can. */
export function send(from: Host, jobs: readonly Job[], { rounds, seconds }: SendOptions): Sending {
  const [program = '', ...words] = [
    // dies with the bench, even if that is killed
    ...['setpriv', '--pdeathsig', 'KILL', '--'],
    ...from.prefix,
    ...['perl', join(packageRoot, 'bench/packets/send.pl')],
    ...[frameLength, rounds, seconds].map(String),
    ...jobs.map((job) => [job.interface, job.frames, job.count].join('=')),
  ];
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const bursts: Burst[] = [];
  let complaint = '';
  createInterface(child.stdout).on('line', (line) => {
    const [number = 0, packets = 0, nanoseconds = 0, worked = 0] = line.split(' ').map(Number);
    const job = jobs[number];
    if (job) bursts.push({ job, packets, nanoseconds, worked });
  });
  child.stderr.on('data', (text) => (complaint += String(text)));
  const done = new Promise<readonly Burst[]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => {
      if (status === 0 || signal === 'SIGTERM') resolve(bursts);
      else reject(new Error(`The sender of packets has ended: ${complaint.trim() || status}`));
    });
  });
  return { done, stop: () => void child.kill('SIGTERM') };
}
