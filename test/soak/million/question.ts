import type { Chance } from '../harness/chance.ts';

/** What becomes of a request at its receiver. Everything but `well` and `waits` is a fault. */
export type Fate =
  | 'well'
  | 'waits'
  | 'throws'
  | 'rejects'
  | 'hangs'
  | 'late'
  | 'twice'
  | 'given-up'
  | 'leaves';

/** How a request travels: to a topic, to an agent's topic, to an agent by name, or to whoever has the capability. */
export type Path = 'topic' | 'agent-topic' | 'agent' | 'steady' | 'any';

/** What is sent. The answer must repeat it. */
export interface Question {
  readonly nonce: number;
  readonly sender: number;
  /** The receiver's number; for a capability, one that the answer need not come from. */
  readonly receiver: number;
  readonly path: Path;
  readonly fate: Fate;
  /** Counts the questions of one sender to one receiver in one priority. */
  readonly order: number;
  readonly priority: number;
}

/** What comes back. */
export interface Answer {
  readonly nonce: number;
  readonly sender: number;
  readonly receiver: number;
  /** Whose handler made it. */
  readonly by: number;
}

/** What a handler throws by plan; it tells for which question. */
export class PlannedError extends Error {
  readonly nonce: number;

  constructor(nonce: number) {
    super(`planned for ${nonce}`);
    this.nonce = nonce;
  }
}

/** Senders, and receivers of either kind. */
const SENDERS = 64;
export const RECEIVERS = 32;
/** Receivers from this number on come and go. */
export const FIRST_GUEST = 28;
/** The priorities in use, from 0 up. */
const PRIORITIES = 2;

const fates: readonly (readonly [Fate, number])[] = [
  ['well', 600],
  ['waits', 300],
  ['throws', 15],
  ['rejects', 15],
  ['hangs', 15],
  ['late', 15],
  ['twice', 15],
  ['given-up', 15],
  ['leaves', 10],
];

const paths: readonly (readonly [Path, number])[] = [
  ['topic', 50],
  ['agent-topic', 10],
  ['agent', 25],
  ['steady', 10],
  ['any', 5],
];

/** Makes questions, numbered from 0, with their order for each pair of sender and receiver. */
export class Questions {
  readonly #chance: Chance;
  readonly #orders = new Map<Path, Int32Array>();

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  make(nonce: number): Question {
    const chance = this.#chance;
    const fate = chance.weighted(fates);
    const path = fate === 'leaves' ? (nonce % 2 === 0 ? 'topic' : 'agent') : chance.weighted(paths);
    const sender = chance.below(SENDERS);
    const receiver =
      fate === 'leaves' ? FIRST_GUEST + chance.below(RECEIVERS - FIRST_GUEST) : chance.below(RECEIVERS);
    const priority = chance.below(PRIORITIES);
    const place = placeOf({ sender, receiver, priority });
    const orders = ordersOf(this.#orders, path);
    const order = orders[place]! + 1;
    orders[place] = order;
    return { nonce, sender, receiver, path, fate, order, priority };
  }
}

/** Whether a receiver that comes and goes may have to do with it. */
export function meetsGuest({ path, receiver }: Question): boolean {
  return path === 'any' || (path !== 'steady' && receiver >= FIRST_GUEST);
}

/** Looks at the order in which handlers start: for one path, sender, receiver and priority it is that of sending. */
export class StartOrder {
  /** Handlers that were started. */
  starts = 0;
  /** Of these, how many before one that was sent earlier. */
  violations = 0;
  readonly #latest = new Map<Path, Int32Array>();

  started(question: Question): void {
    this.starts++;
    const latest = ordersOf(this.#latest, question.path);
    const place = placeOf(question);
    if (latest[place]! >= question.order) this.violations++;
    latest[place] = question.order;
  }
}

function placeOf({ sender, receiver, priority }: Pick<Question, 'sender' | 'receiver' | 'priority'>): number {
  return (sender * RECEIVERS + receiver) * PRIORITIES + priority;
}

function ordersOf(table: Map<Path, Int32Array>, path: Path): Int32Array {
  let orders = table.get(path);
  if (orders === undefined) {
    orders = new Int32Array(SENDERS * RECEIVERS * PRIORITIES);
    table.set(path, orders);
  }
  return orders;
}
