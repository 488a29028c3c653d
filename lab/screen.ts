import type { LogLine } from './log-lines.ts';

const width = 79;

export function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** Breaks the words into lines of at most 79 columns; the lines after the first begin with the indent. */
export function wrapped(first: string, words: string, indent = ' '.repeat(first.length)): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of words.split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].join('\n');
}

/**
 * Shows a call as it happens, from dialgate's own log. The log masks secret
 * keys; nothing here could.
 */
export class CallOnScreen {
  #began: number | undefined;
  #callId: unknown;
  readonly #saw: (event: string, name: string) => void;

  /** `saw` is told of each prompt and each answer shown. */
  constructor(saw: (event: string, name: string) => void = () => undefined) {
    this.#saw = saw;
  }

  show({ fields }: LogLine): void {
    const { event, callId } = fields;
    if (event === 'call' && this.#callId === undefined) {
      this.#callId = callId;
      this.#began = Number(fields['time']);
    }
    if (callId === undefined || callId !== this.#callId) return;
    const time = ((Number(fields['time']) - (this.#began ?? 0)) / 1000).toFixed(1).padStart(7);
    const text = (name: string): string => {
      const value = fields[name];
      return typeof value === 'string' ? value : '';
    };
    const line = (who: string, words: string): void => {
      say(wrapped(`${time} s  ${who.padEnd(7)} `, words));
    };
    switch (event) {
      case 'call':
        line('rings', `from ${text('caller') || 'a withheld number'}`);
        break;
      case 'prompt':
        line('speaks', `"${text('words')}"`);
        this.#saw('prompt', text('prompt'));
        break;
      case 'keys':
        line('caller', `keys ${text('keys')}   (${text('question').replaceAll('-', ' ')})`);
        this.#saw('keys', text('question'));
        break;
      case 'no-answer':
        line('caller', text('why') === 'no-input' ? 'keys nothing' : 'keys something else');
        break;
      case 'call-fault':
        line('fault', text('msg'));
    }
  }
}
