import { type Duration, durationMs } from '../kernel/durations.ts';
import { InvalidOptionsError } from '../kernel/errors.ts';
import { checkName } from '../kernel/names.ts';
import { duration, optional, parseOption, parseOptions, type Rule, refuse } from '../kernel/options.ts';
import { type Schema, type SchemaOutput, schemaRule } from '../kernel/schema.ts';

/**
 * What a step waits for instead of working: a signal or a time.
 *
 * @typeParam I What it takes. @typeParam O What it gives back.
 */
export interface Wait<I, O> {
  /** Tells signals and timers apart. */
  readonly kind: 'signal' | 'timer';
  /** The signal's name, or which timer it is. */
  readonly name: string;
  /** Carries the types only; never set. */
  readonly types?: {
    /** What it takes. */
    readonly input: (input: I) => void;
    /** What it gives back. */
    readonly output: O;
  };
}

/**
 * A wait for a signal by its name; the step's output is what the signal carried.
 *
 * @typeParam T What the signal carries.
 */
export interface SignalTarget<T = unknown> extends Wait<undefined, T> {
  readonly kind: 'signal';
  /** Under which name the signal is sent to the run. */
  readonly name: string;
  /** Validates what the signal carries. */
  readonly schema: Schema | undefined;
}

/**
 * A wait for a time; the step has no output.
 *
 * @typeParam I What the step's `input` must give: a length or a point of time where none was said, else nothing.
 */
export interface TimerTarget<I = undefined> extends Wait<I, undefined> {
  readonly kind: 'timer';
  /** Whether it waits for a length or for a point of time. */
  readonly name: 'sleep' | 'sleepUntil';
  /** The length in milliseconds, for `sleep`; undefined when the step's `input` gives it. */
  readonly ms: number | undefined;
  /** The moment in epoch milliseconds, for `sleepUntil`; undefined when the step's `input` gives it. */
  readonly at: number | undefined;
}

/** Options of {@link signal}. */
export interface SignalOptions<S extends Schema | undefined = undefined> {
  /** Validates what the signal carries, when it is sent; any Standard Schema. */
  readonly schema?: S;
}

/** The latest time that a `Date` can hold. */
const LATEST = 8.64e15;

const moment: Rule<number> = (value) => {
  if (typeof value !== 'number' || !(value >= 0 && value <= LATEST)) refuse('epoch milliseconds', value);
  return value as number;
};

/**
 * A wait for a named signal, as what a step runs: `{ run: signal('paid', { schema }) }`. The output is what the signal
 * carried. Its type is what you say (`signal<{ amount: number }>('paid')`) or what the schema returns.
 *
 * @throws InvalidNameError, InvalidOptionsError
 */
export function signal<T = unknown>(name: string): SignalTarget<T>;
export function signal<S extends Schema | undefined = undefined>(
  name: string,
  options: SignalOptions<S>,
): SignalTarget<SchemaOutput<S>>;
export function signal(name: string, options?: object): SignalTarget {
  checkName('signal', name);
  const { schema } = parseOptions<{ schema: Schema | undefined }>(
    'signal',
    { schema: optional(schemaRule) },
    options,
  );
  return Object.freeze({ kind: 'signal', name, schema });
}

/**
 * A wait for a length of time, counted from the start of the step: `{ run: sleep('30m') }`. Without a length the
 * step's `input` gives one.
 *
 * @throws InvalidOptionsError
 */
export function sleep(): TimerTarget<Duration>;
export function sleep(time: Duration): TimerTarget;
export function sleep(time?: Duration): TimerTarget<never> {
  const ms = time === undefined ? undefined : parseOption('sleep', 'time', duration(), time);
  return Object.freeze({ kind: 'timer', name: 'sleep', ms, at: undefined });
}

/**
 * A wait for a moment, in epoch milliseconds: `{ run: sleepUntil(Date.UTC(2030, 0, 1)) }`. Without one the step's
 * `input` gives it. A moment that has passed is no wait.
 *
 * @throws InvalidOptionsError
 */
export function sleepUntil(): TimerTarget<number>;
export function sleepUntil(at: number): TimerTarget;
export function sleepUntil(at?: number): TimerTarget<never> {
  const time = at === undefined ? undefined : parseOption('sleepUntil', 'at', moment, at);
  return Object.freeze({ kind: 'timer', name: 'sleepUntil', ms: undefined, at: time });
}

/** Whether the step must say for how long or until when. */
export function needsTime({ ms, at }: TimerTarget<never>): boolean {
  return ms === undefined && at === undefined;
}

/**
 * When a timer rings, in epoch milliseconds.
 *
 * @param input What the step's `input` gave. @param startedAt When the step started, in epoch milliseconds.
 * @throws InvalidOptionsError when `input` gave no time
 */
export function ringsAt(step: string, timer: TimerTarget<never>, input: unknown, startedAt: number): number {
  const { name, ms, at } = timer;
  const owner = `step "${step}"`;
  if (name === 'sleepUntil') return at ?? parseOption(owner, 'input', moment, input);
  const wait = ms ?? durationMs(input);
  if (wait === undefined || wait === Number.POSITIVE_INFINITY)
    throw new InvalidOptionsError(owner, 'input', "a duration (milliseconds, or text such as '30s')", input);
  return startedAt + wait;
}
