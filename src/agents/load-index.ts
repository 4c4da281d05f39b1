import { PriorityQueue, type QueueItem } from '../kernel/queue.ts';
import { Round } from './round.ts';

/** What can be found by its load. The two last fields belong to the indexes. */
export interface Loaded {
  readonly activeTasks: number;
  readonly load: number;
  /** Where it stands in each index that knows it as loaded: a list through {@link Place.other}. */
  places: Place | undefined;
  /** Its most tasks that an index has taken note of; with less than these {@link noteRelease} is due. */
  notedTasks: number;
}

/** An index, as its places see it. */
interface Index {
  /** Puts a place where it belongs now, behind its equals. */
  move(place: Place, load: number): void;
}

/** Where one loaded item stands in one index. */
class Place implements QueueItem {
  readonly index: Index;
  readonly item: Loaded;
  /** The place of the same item in another index. */
  other: Place | undefined;
  priority: number;
  queueLane: QueueItem['queueLane'];
  queueNext: QueueItem | undefined;
  queuePrevious: QueueItem | undefined;

  constructor(index: Index, item: Loaded) {
    this.index = index;
    this.item = item;
    this.other = item.places;
    this.priority = -item.load;
  }
}

/** Due when an item has less than `notedTasks`. */
export function noteRelease(item: Loaded): void {
  const { load } = item;
  item.notedTasks = item.activeTasks;
  for (let place = item.places; place !== undefined; place = place.other) {
    if (load < -place.priority) place.index.move(place, load);
  }
  if (load === 0) item.places = undefined;
}

/**
 * A set of agents by their load: the least loaded is at hand, however many there are, and equals take turns.
 *
 * Taking work changes nothing here: an agent may stand before where it belongs, never behind. It is moved when its
 * turn comes, at most once for each task that it took, and one that is idle again by then was never moved.
 */
export class LoadIndex<T extends Loaded> implements Index {
  readonly #idle = new Round<T>();
  readonly #loaded = new PriorityQueue<Place>();

  add(item: T): void {
    if (item.load === 0) this.#idle.push(item);
    else this.#addLoaded(item);
  }

  remove(item: T): void {
    let before: Place | undefined;
    for (let place = item.places; place !== undefined; before = place, place = place.other) {
      if (place.index !== this) continue;
      this.#loaded.remove(place);
      if (before === undefined) item.places = place.other;
      else before.other = place.other;
      return;
    }
    this.#idle.remove(item);
  }

  /** The one with the smallest load whose turn it is; undefined when there is nobody at all. */
  first(): T | undefined {
    for (let idle = this.#idle.first; idle !== undefined; idle = this.#idle.first) {
      if (idle.activeTasks === 0 || idle.load === 0) return idle;
      this.#idle.shift();
      this.#addLoaded(idle);
    }
    for (let place = this.#loaded.peek(); place !== undefined; place = this.#loaded.peek()) {
      const { item } = place;
      const { load } = item;
      if (load <= -place.priority) return item as T;
      item.notedTasks = item.activeTasks;
      this.move(place, load);
    }
    return undefined;
  }

  /** The same, and the turn goes on. */
  take(): T | undefined {
    const item = this.first();
    if (item === this.#idle.first) this.#idle.goOn();
    else this.#loaded.push(this.#loaded.shift() as Place);
    return item;
  }

  move(place: Place, load: number): void {
    this.#loaded.remove(place);
    if (load === 0) this.#idle.push(place.item as T);
    else {
      place.priority = -load;
      this.#loaded.push(place);
    }
  }

  #addLoaded(item: T): void {
    item.places = new Place(this, item);
    item.notedTasks = item.activeTasks;
    this.#loaded.push(item.places);
  }
}
