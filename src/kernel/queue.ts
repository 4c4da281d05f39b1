/** What can wait in a {@link PriorityQueue}. The links belong to the queue. */
export interface QueueItem {
  /** Higher goes first. Read once, when the item enters. */
  readonly priority: number;
  /** @internal */
  queueLane: Lane | undefined;
  /** @internal */
  queueNext: QueueItem | undefined;
  /** @internal */
  queuePrevious: QueueItem | undefined;
}

/** The waiting items of one priority. */
export class Lane {
  /** The queue that it is part of. */
  readonly queue: object;
  readonly priority: number;
  first: QueueItem | undefined;
  last: QueueItem | undefined;

  constructor(queue: object, priority: number) {
    this.queue = queue;
    this.priority = priority;
  }
}

/**
 * Highest priority first, first in first out within a priority.
 *
 * One list a priority and a heap of the priorities in use: adding, taking and removing cost the same with ten
 * items as with a million.
 */
export class PriorityQueue<T extends QueueItem> {
  readonly #lanes = new Map<number, Lane>();
  readonly #heap: Lane[] = [];
  #size = 0;

  /** How many items wait. */
  get size(): number {
    return this.#size;
  }

  /** The item that {@link shift} would take. */
  peek(): T | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (top.first !== undefined) return top.first as T;
      this.#dropTop(top);
    }
    return undefined;
  }

  /** Adds at the end of the item's priority. */
  push(item: T): void {
    const lane = this.#lane(item.priority);
    item.queueLane = lane;
    item.queuePrevious = lane.last;
    if (lane.last === undefined) lane.first = item;
    else lane.last.queueNext = item;
    lane.last = item;
    this.#size++;
  }

  /** Takes the first item of the highest priority. */
  shift(): T | undefined {
    const item = this.peek();
    if (item !== undefined) this.remove(item);
    return item;
  }

  /** Takes `item` out wherever it stands. Returns false when it does not wait here. */
  remove(item: T): boolean {
    const lane = item.queueLane;
    if (lane?.queue !== this) return false;
    const { queueNext, queuePrevious } = item;
    if (queuePrevious === undefined) lane.first = queueNext;
    else queuePrevious.queueNext = queueNext;
    if (queueNext === undefined) lane.last = queuePrevious;
    else queueNext.queuePrevious = queuePrevious;
    item.queueLane = undefined;
    item.queueNext = undefined;
    item.queuePrevious = undefined;
    this.#size--;
    return true;
  }

  #lane(priority: number): Lane {
    let lane = this.#lanes.get(priority);
    if (lane === undefined) {
      lane = new Lane(this, priority);
      this.#lanes.set(priority, lane);
      this.#heap.push(lane);
      this.#siftUp(this.#heap.length - 1);
    }
    return lane;
  }

  #dropTop(top: Lane): void {
    this.#lanes.delete(top.priority);
    const last = this.#heap.pop() as Lane;
    if (last === top) return;
    this.#heap[0] = last;
    this.#siftDown();
  }

  #siftUp(from: number): void {
    const heap = this.#heap;
    for (let index = from; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (heap[parent]!.priority >= heap[index]!.priority) return;
      [heap[parent], heap[index]] = [heap[index]!, heap[parent]!];
      index = parent;
    }
  }

  #siftDown(): void {
    const heap = this.#heap;
    for (let index = 0; ; ) {
      const left = 2 * index + 1;
      let largest = index;
      if (left < heap.length && heap[left]!.priority > heap[largest]!.priority) largest = left;
      if (left + 1 < heap.length && heap[left + 1]!.priority > heap[largest]!.priority) largest = left + 1;
      if (largest === index) return;
      [heap[largest], heap[index]] = [heap[index]!, heap[largest]!];
      index = largest;
    }
  }
}
