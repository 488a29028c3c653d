import { AccessError } from '../../domain/access-error.ts';
import type { AuditSource, Checkpoint, RecordSeal } from '../../domain/audit.ts';
import type { AuditLog, CheckpointSink } from '../../domain/ports.ts';
import type { Clock, Instant, Seconds, Timer } from '../../domain/time.ts';

export interface Checkpoints {
  /** One of how far the record goes now, given to everybody who keeps them. @throws AccessError `conflict` when there is no row. */
  make(): Promise<Checkpoint>;
  /** The last one of this process. */
  last(): Checkpoint | null;
  /** When the last one was made that was kept everywhere. */
  keptAt(): Instant | null;
  /** Now, and as often as was said, as long as the record goes on. */
  start(): void;
  /** Makes one more. Never rejects. */
  stop(): Promise<void>;
}

export interface CheckpointParts {
  readonly source: Pick<AuditSource, 'lastBlock'>;
  readonly seal: RecordSeal;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly every: Seconds;
  readonly sinks: readonly CheckpointSink[];
  readonly log: (message: string, sink: string, error?: unknown) => void;
}

/** Longer than any disk or webhook should need, and short enough for a server that stops. */
const patience: Seconds = 5;

export function createCheckpoints(parts: CheckpointParts): Checkpoints {
  const { source, seal, audit, clock, timer, every, sinks, log } = parts;
  /** Those that failed the last time: a failure is on record once, not every hour. */
  const failing = new Set<string>();
  let last: Checkpoint | null = null;
  let keptAt: Instant | null = null;
  let waiting: { cancel(): void } | undefined;
  let stopped = true;
  let underWay: Promise<unknown> = Promise.resolve();

  async function give(sink: CheckpointSink, checkpoint: Checkpoint): Promise<void> {
    try {
      await withinPatience(sink.put(checkpoint), timer);
      if (failing.delete(sink.name)) log('checkpoints of the record are kept again', sink.name);
    } catch (error) {
      if (failing.has(sink.name)) return;
      failing.add(sink.name);
      log('a checkpoint of the record could not be kept', sink.name, error);
      await audit
        .append({
          at: clock.now(),
          actor: 'system',
          kind: 'audit-checkpoint-failed',
          detail: { where: sink.name },
        })
        .catch(() => undefined);
    }
  }

  async function make(): Promise<Checkpoint> {
    const block = await source.lastBlock();
    if (!block) throw new AccessError('conflict', 'Nothing is on record yet.');
    const hash = Buffer.from(block.hash).toString('hex');
    const made = { seq: block.lastSeq, hash, at: clock.now() };
    const checkpoint = { ...made, seal: seal.checkpoint(made) };
    await Promise.all(sinks.map((sink) => give(sink, checkpoint)));
    last = checkpoint;
    if (failing.size === 0) keptAt = checkpoint.at;
    return checkpoint;
  }

  /** Unless the last one says it all; what fails is tried again the next time. */
  async function makeIfNews(): Promise<void> {
    try {
      const block = await source.lastBlock();
      if (block && block.lastSeq !== last?.seq) await make();
    } catch (error) {
      log('no checkpoint of the record could be made', 'the database', error);
    }
  }

  function tick(): void {
    underWay = makeIfNews().then(() => {
      if (!stopped) waiting = timer(every, tick);
    });
  }

  return {
    make,
    last: () => last,
    keptAt: () => keptAt,
    start() {
      stopped = false;
      tick();
    },
    async stop() {
      stopped = true;
      waiting?.cancel();
      await underWay;
      await makeIfNews();
    },
  };
}

function withinPatience(work: Promise<void>, timer: Timer): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = timer(patience, () => reject(new Error(`no answer within ${patience} s`)));
    work.then(resolve, reject).finally(() => late.cancel());
  });
}
