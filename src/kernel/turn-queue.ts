const resolved = Promise.resolve();

/** More room than this is given back after a burst. */
const KEPT_ROOM = 1_024;

/**
 * Things to be seen to, in order, as soon as the running code has given way.
 *
 * What is added meanwhile waits for the next time. The two lists take turns, so that none is made for each turn.
 */
export class TurnQueue<T> {
  readonly #see: (item: T) => void;
  #waiting: (T | undefined)[] = [];
  #spare: (T | undefined)[] = [];
  #size = 0;

  /** @param see Sees to one item. Must not throw. */
  constructor(see: (item: T) => void) {
    this.#see = see;
  }

  add(item: T): void {
    this.#waiting[this.#size++] = item;
    // A microtask, without what `queueMicrotask` of Node adds to it.
    if (this.#size === 1) void resolved.then(this.#flush);
  }

  readonly #flush = (): void => {
    const items = this.#waiting;
    const size = this.#size;
    this.#waiting = this.#spare;
    this.#size = 0;
    for (let index = 0; index < size; index++) {
      const item = items[index] as T;
      items[index] = undefined;
      this.#see(item);
    }
    this.#spare = size > KEPT_ROOM ? [] : items;
  };
}
