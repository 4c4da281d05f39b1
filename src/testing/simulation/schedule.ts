/** Something that is to happen at one moment of virtual time. */
export interface Happening {
  readonly at: number;
  /** Decides the order of what is due at the same moment. */
  readonly rank: number;
  /** Decides between equal ranks. */
  readonly order: number;
  readonly label: string;
  readonly run: () => void;
  /** True once it was taken back. */
  cancelled: boolean;
}

/** What is to happen, the next first: a binary heap. What was taken back stays until its turn comes. */
export class Schedule {
  readonly #heap: Happening[] = [];
  #order = 0;
  #size = 0;

  /** How many have not happened nor been taken back. */
  get size(): number {
    return this.#size;
  }

  add(at: number, rank: number, label: string, run: () => void): Happening {
    const happening: Happening = { at, rank, order: this.#order++, label, run, cancelled: false };
    const heap = this.#heap;
    heap.push(happening);
    for (let index = heap.length - 1; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (isBefore(heap[parent]!, heap[index]!)) break;
      [heap[parent], heap[index]] = [heap[index]!, heap[parent]!];
      index = parent;
    }
    this.#size++;
    return happening;
  }

  cancel(happening: Happening): void {
    if (happening.cancelled) return;
    happening.cancelled = true;
    this.#size--;
  }

  /** The next one, if it is due by `until`. */
  take(until: number): Happening | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (!top.cancelled && top.at > until) return undefined;
      this.#removeTop();
      if (top.cancelled) continue;
      top.cancelled = true;
      this.#size--;
      return top;
    }
    return undefined;
  }

  #removeTop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    heap[0] = last;
    for (let index = 0; ; ) {
      const left = 2 * index + 1;
      let first = index;
      if (left < heap.length && isBefore(heap[left]!, heap[first]!)) first = left;
      if (left + 1 < heap.length && isBefore(heap[left + 1]!, heap[first]!)) first = left + 1;
      if (first === index) return;
      [heap[first], heap[index]] = [heap[index]!, heap[first]!];
      index = first;
    }
  }
}

function isBefore(one: Happening, other: Happening): boolean {
  if (one.at !== other.at) return one.at < other.at;
  return one.rank !== other.rank ? one.rank < other.rank : one.order < other.order;
}
