import { compareKeys } from './keys.ts';

/** Keys that may be gone before the order is made anew, beyond as many as there are. */
const SPARE = 1_000;

/**
 * The keys of a map in the order of their UTF-8 bytes, made when they are asked for.
 *
 * Taking a key away costs nothing, and one that is new costs one place in a list: both are looked at when the order
 * is read. Nothing is held before somebody reads it.
 */
export class KeyOrder {
  readonly #keys: ReadonlyMap<string, unknown>;
  /** In order. Some are gone, and one that went and came may be there twice. */
  #sorted: string[] | undefined;
  #added: string[] = [];

  /** @param keys The map itself; every key that is put in is told to {@link added}, or {@link removed}. */
  constructor(keys: ReadonlyMap<string, unknown>) {
    this.#keys = keys;
  }

  /** A key is new in the map. */
  added(key: string): void {
    if (this.#sorted === undefined) return;
    this.#added.push(key);
    this.removed();
  }

  /** A key has gone from the map. */
  removed(): void {
    if (this.#sorted === undefined) return;
    if (this.#sorted.length + this.#added.length <= 2 * this.#keys.size + SPARE) return;
    this.#sorted = undefined;
    this.#added = [];
  }

  /** The keys with `prefix` that come after `after`, at most `limit`. */
  select({ prefix, after, limit }: { prefix: string; after: string; limit: number }): string[] {
    const sorted = this.#inOrder();
    const found: string[] = [];
    const first = compareKeys(prefix, after) > 0 ? prefix : after;
    for (let index = placeOf(sorted, first); index < sorted.length && found.length < limit; index++) {
      const key = sorted[index]!;
      if (key === after || key === sorted[index - 1] || !this.#keys.has(key)) continue;
      if (!key.startsWith(prefix)) break;
      found.push(key);
    }
    return found;
  }

  #inOrder(): readonly string[] {
    if (this.#sorted === undefined || this.#added.length > 0) {
      this.#sorted = (this.#sorted?.concat(this.#added) ?? [...this.#keys.keys()]).sort(compareKeys);
      this.#added = [];
    }
    return this.#sorted;
  }
}

/** The place of the first of `sorted` that is `key` or comes after it. */
function placeOf(sorted: readonly string[], key: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(sorted[middle]!, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
