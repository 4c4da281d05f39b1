import type { ErrorRecord } from '../kernel/errors.ts';
import type { StepFailure } from './errors.ts';
import type { SkipReason } from './events.ts';
import type { UndoReport } from './undo-report.ts';

/** What can happen in a run; an entry holds the place in this list. */
const ENTRY_TYPES = [
  'run.started',
  'step.started',
  'step.completed',
  'step.retried',
  'step.failed',
  'step.skipped',
  'step.cancelled',
  'run.completed',
  'run.failed',
  'run.cancelled',
  'run.resumed',
  'run.suspended',
  'step.fell-back',
  'step.join-timed-out',
  'signal.received',
  'signal.taken',
  'gate.voted',
  'gate.escalated',
  'run.undo-started',
  'undo.started',
  'undo.retried',
  'undo.completed',
  'undo.failed',
  'signal.returned',
] as const;
export type EntryType = (typeof ENTRY_TYPES)[number];
export const RUN_STARTED = 0;
export const STEP_STARTED = 1;
export const STEP_COMPLETED = 2;
export const STEP_RETRIED = 3;
export const STEP_FAILED = 4;
export const STEP_SKIPPED = 5;
export const STEP_CANCELLED = 6;
export const RUN_COMPLETED = 7;
export const RUN_FAILED = 8;
export const RUN_CANCELLED = 9;
export const RUN_RESUMED = 10;
export const RUN_SUSPENDED = 11;
export const STEP_FELL_BACK = 12;
export const STEP_JOIN_TIMED_OUT = 13;
export const SIGNAL_RECEIVED = 14;
export const SIGNAL_TAKEN = 15;
export const GATE_VOTED = 16;
export const GATE_ESCALATED = 17;
export const RUN_UNDO_STARTED = 18;
export const UNDO_STARTED = 19;
export const UNDO_RETRIED = 20;
export const UNDO_COMPLETED = 21;
export const UNDO_FAILED = 22;
export const SIGNAL_RETURNED = 23;

/** What an entry says beside its type, its time and its step; most say nothing more. */
export interface EntryDetails {
  readonly attempt?: number;
  readonly delayMs?: number;
  readonly error?: ErrorRecord;
  readonly reason?: SkipReason;
  /** The id of the run that carries the step out. */
  readonly child?: string;
  /** Set for a step of a flow that says how it is undone: only its code knows how. */
  readonly undoable?: boolean;
  /** What a gate asks. */
  readonly ask?: string;
  /** When a timer rings, in epoch milliseconds. */
  readonly until?: number;
  /** Steps failed, and the run went on without them. */
  readonly failures?: readonly StepFailure[];
  /** The name of a signal. */
  readonly signal?: string;
  /** Set for a signal that a schema has seen. */
  readonly checked?: boolean;
  /** The number of a signal among those of the run. */
  readonly number?: number;
  /** Who took a signal: a run and its step; or who voted. */
  readonly by?: string;
  /** The role in which somebody voted. */
  readonly role?: string;
  /** How often a gate was escalated. */
  readonly level?: number;
  /** Whether a run that is undone failed or was cancelled. */
  readonly outcome?: 'failed' | 'cancelled';
  /** What was undone and what was not. */
  readonly undo?: UndoReport;
}

/** One line of a run's history. Steps are numbers: their place in the definition. */
export interface RunEntry {
  readonly type: EntryType;
  /** Milliseconds since the first entry. */
  readonly at: number;
  /** -1 where it is about the run. */
  readonly step: number;
  readonly details: EntryDetails | undefined;
}

/** The type of a name; undefined for a name that is none. */
export function typeOf(name: string): number | undefined {
  const type = ENTRY_TYPES.indexOf(name as EntryType);
  return type < 0 ? undefined : type;
}

/** The name of a type. */
export function typeName(type: number): EntryType {
  return ENTRY_TYPES[type]!;
}

/**
 * The list of what happened in a run: grows at the end, and can be read while it grows.
 *
 * Two numbers an entry; it becomes an object when somebody reads it.
 */
export class RunHistory {
  /** What and when, in turn. */
  readonly #log: number[];
  #size = 0;
  #details: Map<number, EntryDetails> | undefined;
  #readers: Set<{ look(): void }> | undefined;
  #closed = false;

  /** @param steps How many steps the run has: most start once and end once. */
  constructor(steps: number) {
    this.#log = new Array<number>(4 * (steps + 1));
  }

  get closed(): boolean {
    return this.#closed;
  }

  get size(): number {
    return this.#size;
  }

  push(type: number, at: number, step: number, details: EntryDetails | undefined): void {
    if (details !== undefined) {
      this.#details ??= new Map();
      this.#details.set(this.#size, details);
    }
    const place = 2 * this.#size++;
    this.#log[place] = (step + 1) * ENTRY_TYPES.length + type;
    this.#log[place + 1] = at;
    if (this.#readers !== undefined) this.#tell();
  }

  entry(index: number): RunEntry {
    const what = this.#log[2 * index]!;
    return {
      type: ENTRY_TYPES[what % ENTRY_TYPES.length]!,
      at: this.#log[2 * index + 1]!,
      step: Math.floor(what / ENTRY_TYPES.length) - 1,
      details: this.#details?.get(index),
    };
  }

  /** No more entries will come. */
  close(): void {
    this.#closed = true;
    this.#tell();
    this.#readers = undefined;
  }

  /** Every entry from the first on, as `show` shows it; waits for those to come. */
  read<T>(show: (entry: RunEntry) => T): AsyncIterableIterator<T, undefined> {
    const reader: HistoryReader<T> = new HistoryReader(this, show, () => this.#readers?.delete(reader));
    if (!this.#closed) {
      this.#readers ??= new Set();
      this.#readers.add(reader);
    }
    return reader;
  }

  #tell(): void {
    for (const reader of this.#readers ?? []) reader.look();
  }
}

/** One reading of a history, at its own pace. */
class HistoryReader<T> implements AsyncIterableIterator<T, undefined> {
  readonly #history: RunHistory;
  readonly #show: (entry: RunEntry) => T;
  readonly #onEnd: () => void;
  readonly #waiting: ((result: IteratorResult<T, undefined>) => void)[] = [];
  #next = 0;
  #left = false;

  constructor(history: RunHistory, show: (entry: RunEntry) => T, onEnd: () => void) {
    this.#history = history;
    this.#show = show;
    this.#onEnd = onEnd;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.look();
    });
  }

  /** Called by `break` in a `for await` loop; whoever waits for the next entry waits no longer. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#left = true;
    this.#onEnd();
    this.look();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Answers those who wait, as far as there is something to tell. */
  look(): void {
    while (this.#waiting.length > 0) {
      if (!this.#left && this.#next < this.#history.size) {
        this.#waiting.shift()?.({ done: false, value: this.#show(this.#history.entry(this.#next++)) });
      } else if (this.#left || this.#history.closed) {
        this.#waiting.shift()?.({ done: true, value: undefined });
      } else {
        return;
      }
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
