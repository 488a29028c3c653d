/** A line as text, or what was wrong with it. */
export type Line =
  | { readonly text: string }
  | { readonly fault: 'too-long' | 'malformed'; readonly message: string };

const newline = 0x0a;

/**
 * Cuts a stream of bytes into lines, the same however it was chunked. Keeps at
 * most `longest` bytes: an over-long line is reported once, when its newline
 * comes, and what follows is read as usual.
 */
export class LineReader {
  readonly #longest: number;
  #parts: Buffer[] = [];
  #length = 0;

  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Whether a line has begun and not ended. */
  get midLine(): boolean {
    return this.#length > 0;
  }

  feed(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(newline, from);
      if (end < 0) break;
      this.#keep(chunk.subarray(from, end));
      lines.push(this.#finish());
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
    return lines;
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#length += bytes.length;
    if (this.#length > this.#longest) this.#parts = [];
    else this.#parts.push(bytes);
  }

  #finish(): Line {
    const bytes = Buffer.concat(this.#parts);
    const length = this.#length;
    this.#parts = [];
    this.#length = 0;
    if (length > this.#longest) {
      return {
        fault: 'too-long',
        message: `A line may have ${this.#longest} bytes; this had ${length}.`,
      };
    }
    try {
      return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
    } catch {
      return { fault: 'malformed', message: 'The line is not UTF-8.' };
    }
  }
}
