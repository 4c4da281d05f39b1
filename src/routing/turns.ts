import type { Candidate } from '../agents/index.ts';

/**
 * Where a strategy went on last time, for each list of candidates: what one capability is asked must not shift the
 * turns of another. The list that was used last is at hand without a look-up.
 */
export class Turns {
  readonly #places = new WeakMap<readonly Candidate[], number>();
  #list: readonly Candidate[] | undefined;
  #place = 0;

  /** The place to begin at, from 0 to below the length of the list. */
  of(list: readonly Candidate[]): number {
    if (list !== this.#list) {
      if (this.#list !== undefined) this.#places.set(this.#list, this.#place);
      this.#list = list;
      this.#place = this.#places.get(list) ?? 0;
    }
    return this.#place < list.length ? this.#place : 0;
  }

  /** Goes on behind `index` next time, for the list that was asked about last. */
  goOnAfter(index: number): void {
    this.#place = index + 1;
  }
}
