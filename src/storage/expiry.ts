/** Something that is gone at a certain time. */
export interface Expiring {
  /** On the monotonic clock; Infinity for never. */
  dueAt: number;
  /** Where it stands in its {@link Expiry}; -1 when it does not. Written by that alone. */
  place: number;
}

/** What expires, the next first: a binary heap in which everybody knows its place, so that it can leave at any time. */
export class Expiry<T extends Expiring> {
  readonly #heap: T[] = [];

  /** The one that expires next; undefined when nothing does. */
  get first(): T | undefined {
    return this.#heap[0];
  }

  /** Puts `item` where its `dueAt` belongs, or takes it out when that is Infinity. */
  set(item: T): void {
    this.remove(item);
    if (item.dueAt === Number.POSITIVE_INFINITY) return;
    this.#heap.push(item);
    this.#rise(this.#heap.length - 1, item);
  }

  /** Takes `item` out; does nothing when it is not in. */
  remove(item: T): void {
    const { place } = item;
    if (place < 0) return;
    item.place = -1;
    const last = this.#heap.pop()!;
    if (last === item) return;
    // The last one takes the place, and goes from there to where it belongs: up or down.
    this.#rise(place, last);
    this.#sink(last.place, last);
  }

  #rise(from: number, item: T): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = this.#heap[above]!;
      if (other.dueAt <= item.dueAt) break;
      this.#put(place, other);
      place = above;
    }
    this.#put(place, item);
  }

  #sink(from: number, item: T): void {
    let place = from;
    for (let below = 2 * place + 1; below < this.#heap.length; below = 2 * place + 1) {
      const right = this.#heap[below + 1];
      const next = right !== undefined && right.dueAt < this.#heap[below]!.dueAt ? below + 1 : below;
      const other = this.#heap[next]!;
      if (other.dueAt >= item.dueAt) break;
      this.#put(place, other);
      place = next;
    }
    this.#put(place, item);
  }

  #put(place: number, item: T): void {
    this.#heap[place] = item;
    item.place = place;
  }
}
