import type { RunEntry } from './state.ts';

/** The list of what happened in a run: grows at the end, and can be read while it grows. */
export class RunHistory {
  readonly entries: RunEntry[] = [];
  #readers: (() => void)[] = [];
  #closed = false;

  push(entry: RunEntry): void {
    this.entries.push(entry);
    if (this.#readers.length > 0) this.#wake();
  }

  /** No more entries will come. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Every entry from the first on; waits for those to come. */
  async *read(): AsyncGenerator<RunEntry, undefined> {
    for (let next = 0; ; ) {
      const entry = this.entries[next];
      if (entry !== undefined) {
        next++;
        yield entry;
      } else if (this.#closed) {
        return;
      } else {
        await new Promise<void>((resolve) => this.#readers.push(resolve));
      }
    }
  }

  #wake(): void {
    const readers = this.#readers;
    this.#readers = [];
    for (const wake of readers) wake();
  }
}
