import type { RunEntry } from './state.ts';

/** The list of what happened in a run: grows at the end, and can be read while it grows. */
export class RunHistory {
  readonly entries: RunEntry[] = [];
  readonly #readers = new Set<{ look(): void }>();
  #closed = false;

  get closed(): boolean {
    return this.#closed;
  }

  push(entry: RunEntry): void {
    this.entries.push(entry);
    if (this.#readers.size > 0) this.#tell();
  }

  /** No more entries will come. */
  close(): void {
    this.#closed = true;
    this.#tell();
    this.#readers.clear();
  }

  /** Every entry from the first on, as `show` shows it; waits for those to come. */
  read<T>(show: (entry: RunEntry) => T): AsyncIterableIterator<T, undefined> {
    const reader: HistoryReader<T> = new HistoryReader(this, show, () => this.#readers.delete(reader));
    if (!this.#closed) this.#readers.add(reader);
    return reader;
  }

  #tell(): void {
    for (const reader of this.#readers) reader.look();
  }
}

/** One reading of a history, at its own pace. */
class HistoryReader<T> implements AsyncIterableIterator<T, undefined> {
  readonly #history: RunHistory;
  readonly #show: (entry: RunEntry) => T;
  readonly #onEnd: () => void;
  readonly #waiting: ((result: IteratorResult<T, undefined>) => void)[] = [];
  #next = 0;
  #left = false;

  constructor(history: RunHistory, show: (entry: RunEntry) => T, onEnd: () => void) {
    this.#history = history;
    this.#show = show;
    this.#onEnd = onEnd;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.look();
    });
  }

  /** Called by `break` in a `for await` loop; whoever waits for the next entry waits no longer. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#left = true;
    this.#onEnd();
    this.look();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Answers those who wait, as far as there is something to tell. */
  look(): void {
    while (this.#waiting.length > 0) {
      const entry = this.#left ? undefined : this.#history.entries[this.#next];
      if (entry !== undefined) {
        this.#next++;
        this.#waiting.shift()?.({ done: false, value: this.#show(entry) });
      } else if (this.#left || this.#history.closed) {
        this.#waiting.shift()?.({ done: true, value: undefined });
      } else {
        return;
      }
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
