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

/** Where one loaded item stands in one index: in the ring of a level. */
class Place {
  readonly index: LoadIndex<Loaded>;
  readonly item: Loaded;
  /** The place of the same item in another index. */
  other: Place | undefined;
  level: Level;
  next: Place;
  previous: Place;

  constructor(index: LoadIndex<Loaded>, item: Loaded, level: Level) {
    this.index = index;
    this.item = item;
    this.other = item.places;
    this.level = level;
    this.next = this;
    this.previous = this;
  }
}

/** One load, and the ring of those who have it as far as is known. */
class Level {
  readonly load: number;
  /** Whose turn it is. A level goes with its last place, but for the floor, which stays and has none. */
  turn: Place | undefined;
  below: Level | undefined;
  above: Level | undefined;

  constructor(load: number) {
    this.load = load;
  }

  /** Adds at the end of the round. */
  add(place: Place): void {
    place.level = this;
    const { turn } = this;
    if (turn === undefined) {
      this.turn = place.next = place.previous = place;
      return;
    }
    place.next = turn;
    place.previous = turn.previous;
    turn.previous.next = place;
    turn.previous = place;
  }

  remove(place: Place): void {
    const { next, previous } = place;
    if (next === place) {
      this.#close();
      return;
    }
    next.previous = previous;
    previous.next = next;
    if (this.turn === place) this.turn = next;
  }

  /** The level of a load; made if need be. */
  find(load: number): Level {
    let level: Level = this;
    while (level.load > load) level = level.below as Level;
    while (level.above !== undefined && level.above.load <= load) level = level.above;
    return level.load === load ? level : level.#open(load);
  }

  #open(load: number): Level {
    const level = new Level(load);
    level.below = this;
    level.above = this.above;
    if (this.above !== undefined) this.above.below = level;
    this.above = level;
    return level;
  }

  #close(): void {
    const { above, below } = this;
    if (below !== undefined) below.above = above;
    if (above !== undefined) above.below = below;
  }
}

/** Puts a place where it belongs now, behind its equals. */
function move(place: Place): void {
  const { item, level } = place;
  const target = level.find(item.load);
  level.remove(place);
  target.add(place);
}

/** Due when an item has less than `notedTasks`. */
export function noteRelease(item: Loaded): void {
  const { load } = item;
  item.notedTasks = item.activeTasks;
  for (let place = item.places; place !== undefined; place = place.other) {
    if (load === 0) place.index.idleAgain(place);
    else if (load < place.level.load) move(place);
  }
  if (load === 0) item.places = undefined;
}

/**
 * A set of agents by their load: the least loaded is at hand, however many there are, and equals take turns.
 *
 * Taking work changes nothing here: an agent may stand before where it belongs, never behind. It is moved when its
 * turn comes, at most once for each task that it took. So an agent that is idle again by then was never moved, and
 * an index that nobody asks costs next to nothing.
 */
export class LoadIndex<T extends Loaded> {
  readonly #idle = new Round<T>();
  readonly #floor = new Level(0);

  add(item: T): void {
    if (item.load === 0) this.#idle.push(item);
    else this.#addLoaded(item);
  }

  remove(item: T): void {
    let before: Place | undefined;
    for (let place = item.places; place !== undefined; before = place, place = place.other) {
      if ((place.index as unknown) !== this) continue;
      place.level.remove(place);
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
    for (let place = this.#floor.above?.turn; place !== undefined; place = this.#floor.above?.turn) {
      const { item, level } = place;
      if (item.load <= level.load) return item as T;
      item.notedTasks = item.activeTasks;
      move(place);
    }
    return undefined;
  }

  /** The same, and the turn goes on. */
  take(): T | undefined {
    const item = this.first();
    const level = this.#floor.above;
    if (item === this.#idle.first) this.#idle.goOn();
    else if (level !== undefined) level.turn = level.turn?.next;
    return item;
  }

  idleAgain(place: Place): void {
    place.level.remove(place);
    this.#idle.push(place.item as T);
  }

  #addLoaded(item: T): void {
    const level = this.#floor.find(item.load);
    item.places = new Place(this as unknown as LoadIndex<Loaded>, item, level);
    item.notedTasks = item.activeTasks;
    level.add(item.places);
  }
}
