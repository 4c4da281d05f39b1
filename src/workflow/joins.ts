import type { Duration } from '../kernel/durations.ts';
import type { ErrorRecord } from '../kernel/errors.ts';
import { callable, duration, fields, parseOption, type Rule, refuse, whole } from '../kernel/options.ts';

/** At least so many of the members must complete; made by {@link atLeast}. */
export interface AtLeast {
  /** Tells the kinds of join apart. */
  readonly kind: 'atLeast';
  /** How many. */
  readonly count: number;
}

/**
 * So many of the members must complete and agree; made by {@link quorum}.
 *
 * @typeParam T What the members give back.
 */
export interface Quorum<in T = never> {
  /** Tells the kinds of join apart. */
  readonly kind: 'quorum';
  /** How many must agree. */
  readonly count: number;
  /** What of an output must be equal. */
  readonly by: (output: T) => unknown;
}

/** What has completed by a certain time counts; made by {@link before}. */
export interface Before {
  /** Tells the kinds of join apart. */
  readonly kind: 'before';
  /** Milliseconds from the start of the run. */
  readonly ms: number;
}

/** A join that goes on without some of its members; `undefined` stands for `'all'`. */
export type Join =
  | {
      /** All have ended. */
      readonly kind: 'settled';
    }
  | {
      /** One has completed. */
      readonly kind: 'any';
    }
  | AtLeast
  | Quorum
  | Before;

/**
 * When a step with several steps before it starts, as the option `join` takes it.
 *
 * `'all'`: all have completed. `'settled'`: all have ended, whatever became of them. `'any'`: one has completed.
 * {@link atLeast}, {@link quorum}, {@link before}: as they say.
 *
 * @typeParam T What the members give back.
 */
export type JoinOption<T = never> = 'all' | 'settled' | 'any' | AtLeast | Quorum<T> | Before;

/** What became of one member of a join of the kind `'settled'`. */
export type Settled<T> =
  | {
      /** It has an output. */
      readonly status: 'completed';
      /** What it gave back. */
      readonly output: T;
    }
  | {
      /** Its last attempt failed. */
      readonly status: 'failed';
      /** With what. */
      readonly error: ErrorRecord;
    }
  | {
      /** It did not run, or was stopped because nobody needed it any more. */
      readonly status: 'skipped' | 'cancelled';
    };

const count = whole({ min: 1 });
const itself = (output: unknown): unknown => output;

/**
 * A join that is satisfied when `members` of its members have completed.
 *
 * @param members A whole number from 1 to the number of members.
 * @throws InvalidOptionsError
 */
export function atLeast(members: number): AtLeast {
  return Object.freeze({ kind: 'atLeast', count: parseOption('atLeast', 'members', count, members) });
}

/**
 * A join that is satisfied when `members` of its members have completed and agree. The step sees the members that
 * agree, and no others.
 *
 * @param members A whole number from 1 to the number of members.
 * @param by What of an output must be equal, compared as JSON text with the keys of objects in order; answers at once,
 * and the same for the same output. When it throws, the join fails. @default the output itself
 * @throws InvalidOptionsError
 */
export function quorum<T = unknown>(members: number, by: (output: T) => unknown = itself): Quorum<T> {
  return Object.freeze({
    kind: 'quorum',
    count: parseOption('quorum', 'members', count, members),
    by: parseOption('quorum', 'by', callable<(output: T) => unknown>(), by),
  });
}

/**
 * A join that is satisfied when all members have ended, or `time` after the start of the run, whichever is first.
 *
 * @param time Counted from the start of the run; for `forEach` and `scatter` from the start of their own run.
 * @throws InvalidOptionsError
 */
export function before(time: Duration): Before {
  return Object.freeze({ kind: 'before', ms: parseOption('before', 'time', duration(), time) });
}

const RULES = {
  atLeast: fields<AtLeast>({ kind: () => 'atLeast', count }),
  quorum: fields<Quorum>({
    kind: () => 'quorum',
    count,
    by: callable<Quorum['by']>(),
  }),
  before: fields<Before>({ kind: () => 'before', ms: duration() }),
};

/** The rule of the option `join`. */
export const joinRule: Rule<Join | undefined> = (value) => {
  if (value === 'all') return undefined;
  if (value === 'settled' || value === 'any') return Object.freeze({ kind: value });
  const kind: unknown = typeof value === 'object' && value !== null && (value as Join).kind;
  if (kind !== 'atLeast' && kind !== 'quorum' && kind !== 'before')
    return refuse(`'all', 'settled', 'any', or made by atLeast, quorum or before`, value);
  return Object.freeze(RULES[kind](value));
};

/** How many members a join needs; 0 for one that is content with none. */
export function membersNeeded(join: Join): number {
  if (join.kind === 'any') return 1;
  return join.kind === 'atLeast' || join.kind === 'quorum' ? join.count : 0;
}

/** A join in words, for messages. */
export function joinWords(join: Join | undefined): string {
  if (join === undefined) return 'all';
  switch (join.kind) {
    case 'atLeast':
      return `at least ${join.count}`;
    case 'quorum':
      return `a quorum of ${join.count}`;
    case 'before':
      return `before ${join.ms} ms`;
    default:
      return join.kind;
  }
}

/**
 * A text that is equal for values that are equal as JSON, whatever the order of their keys.
 *
 * @throws what `JSON.stringify` throws
 */
export function agreementText(value: unknown): string {
  return String(JSON.stringify(value, ordered));
}

function ordered(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
