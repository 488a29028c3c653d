interface Stoppable {
  readonly stop: () => void;
}

/** What has been started, to be stopped in reverse order: all of it, also when the start fails half way. */
export class Running {
  #parts: readonly Stoppable[] = [];

  add(part: Stoppable): void {
    this.#parts = [part, ...this.#parts];
  }

  /** Nothing is stopped twice. */
  stop(): void {
    const parts = this.#parts;
    this.#parts = [];
    for (const part of parts) part.stop();
  }
}
