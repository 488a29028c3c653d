import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** A line of a process's log; those that are no JSON object have only `text`. */
export interface LogLine {
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Collects what a process logs, in memory and in a file. */
export class LogLines {
  readonly lines: LogLine[] = [];
  readonly file: string;
  readonly #writer: WriteStream;
  readonly #listeners = new Set<(line: LogLine) => void>();

  constructor(file: string) {
    this.file = file;
    this.#writer = createWriteStream(file, { flags: 'a', mode: 0o640 });
  }

  collect(stream: Readable): void {
    createInterface({ input: stream }).on('line', (text) => this.#take(text));
  }

  /** Returns what ends it. */
  subscribe(listener: (line: LogLine) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The first line for which the test holds, from `from` on (an index of {@link lines}). @throws Error after `ms`. */
  waitFor(what: string, test: (line: LogLine) => boolean, ms: number, from = 0): Promise<LogLine> {
    const already = this.lines.slice(from).find(test);
    if (already) return Promise.resolve(already);
    return new Promise((resolve, reject) => {
      const end = this.subscribe((line) => {
        if (!test(line)) return;
        end();
        clearTimeout(timer);
        resolve(line);
      });
      const timer = setTimeout(() => {
        end();
        const last = this.lines.slice(-5).map(({ text }) => text);
        reject(
          new Error(`waited ${ms} ms in vain for ${what} in ${this.file}:\n${last.join('\n')}`),
        );
      }, ms);
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#writer.end(() => resolve()));
  }

  #take(text: string): void {
    const line = { text, fields: fieldsOf(text) };
    this.lines.push(line);
    if (!this.#writer.writableEnded) this.#writer.write(`${text}\n`);
    for (const listener of this.#listeners) listener(line);
  }
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
