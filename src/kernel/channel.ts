/**
 * A bounded first-in-first-out list that is read as an async iterable by one reader.
 *
 * When nobody reads and the bound is reached, the oldest item is dropped and counted.
 */
export class Channel<T> implements AsyncIterableIterator<T, undefined> {
  readonly #items: T[] = [];
  readonly #readers: ((result: IteratorResult<T, undefined>) => void)[] = [];
  readonly #limit: number;
  readonly #onClose: (() => void) | undefined;
  #closed = false;
  #dropped = 0;

  constructor(limit: number, onClose?: () => void) {
    this.#limit = limit;
    this.#onClose = onClose;
  }

  /** How many items were dropped because the reader was too slow. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds an item; does nothing once closed. */
  push(item: T): void {
    if (this.#closed) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader({ done: false, value: item });
      return;
    }
    if (this.#items.length >= this.#limit) {
      this.#items.shift();
      this.#dropped++;
    }
    this.#items.push(item);
  }

  /** Ends the iteration after the items that are already in. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const reader of this.#readers.splice(0)) reader({ done: true, value: undefined });
    this.#onClose?.();
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#items.length > 0) return Promise.resolve({ done: false, value: this.#items.shift() as T });
    if (this.#closed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  /** Called by `break` in a `for await` loop. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#items.length = 0;
    this.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
