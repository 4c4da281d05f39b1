/** How one workflow must go, as the checker knows it. */
export interface Expected {
  /** The steps before each step. */
  readonly after: Readonly<Record<string, readonly string[]>>;
  /** What a run gives; undefined where it fails, or is part of another. */
  readonly output?: (input: number) => unknown;
  /** Attempts at each step that may fail. */
  readonly attempts: number;
  /** Attempts at each step that the end of a process may cut off. */
  readonly restarts: number;
  /** Set where every run fails. */
  readonly fails?: true;
  /** Set where a run may fail because its process ended too often. */
  readonly mayBeInterrupted?: true;
}

/** Steps that are cut off this often are given up; a kill every few milliseconds must not do it. */
export const RESTARTS = 1_000;
/** Of the workflow that does give up. */
export const FRAGILE_RESTARTS = 1;
/** The steps of the chain. */
export const LINKS: readonly string[] = ['a', 'b', 'c', 'd', 'e', 'f'];
/** What the workflow `each` fans out over. */
export const ITEMS: readonly number[] = [0, 1, 2, 3, 4, 5];

const plainFacts = { attempts: 1, restarts: RESTARTS };

/** What is known of each workflow, those below others included. */
export const expected: Readonly<Record<string, Expected>> = {
  chain: {
    ...plainFacts,
    after: Object.fromEntries(LINKS.map((id, place) => [id, LINKS.slice(Math.max(0, place - 1), place)])),
    output: (input) => input + LINKS.length,
  },
  fan: {
    ...plainFacts,
    after: { split: [], one: ['split'], two: ['split'], three: ['split'], join: ['one', 'two', 'three'] },
    output: (input) => 3 * (input + 1) + 6,
  },
  each: { ...plainFacts, after: { items: [], sum: ['items'] }, output: (input) => 6 * input + 15 },
  'each.items': {
    ...plainFacts,
    after: { ...Object.fromEntries(ITEMS.map((item) => [item, []])), join: ITEMS.map(String) },
  },
  outer: { ...plainFacts, after: { a: [], b: ['a'], c: ['b'] }, output: (input) => input + 4 },
  inner: { ...plainFacts, after: { x: [], y: ['x'] } },
  flaky: {
    attempts: 3,
    restarts: RESTARTS,
    after: { a: [], b: ['a'] },
    output: (input) => input + 2,
  },
  agents: { ...plainFacts, after: { ask: [], tell: ['ask'] }, output: (input) => input + 2 },
  timer: { ...plainFacts, after: { a: [], wait: ['a'], b: ['wait'] }, output: (input) => input + 2 },
  signal: { ...plainFacts, after: { a: [], go: [], b: ['a', 'go'] }, output: (input) => 2 * input + 1 },
  undo: {
    attempts: 2,
    restarts: RESTARTS,
    after: { a: [], b: ['a'], c: ['a'], d: ['b', 'c'] },
    fails: true,
  },
  fragile: {
    attempts: 1,
    restarts: FRAGILE_RESTARTS,
    after: { a: [], b: ['a'] },
    output: (input) => input + 2,
    mayBeInterrupted: true,
  },
};
