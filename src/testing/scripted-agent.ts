import {
  type Agent,
  CadreError,
  type Capability,
  type CapabilityReference,
  type Clock,
  type Duration,
  defineAgent,
  durationMs,
  type HandlerContext,
  InvalidOptionsError,
  type ServingAgentOptions,
} from '../index.ts';

// biome-ignore lint/suspicious/noExplicitAny: a capability named by text has no types
type Untyped = any;
type CallerInput<C> = C extends Capability<infer I, Untyped, Untyped, Untyped> ? I : Untyped;
type CallerOutput<C> = C extends Capability<Untyped, infer O, Untyped, Untyped> ? O : Untyped;
type HandlerInput<C> = C extends Capability<Untyped, Untyped, infer HI, Untyped> ? HI : Untyped;
type HandlerOutput<C> = C extends Capability<Untyped, Untyped, Untyped, infer HO> ? HO : Untyped;

/** Works out one answer; may throw, reject, or ask others through `context`. */
export type ScriptedReply<HI = unknown, HO = unknown> = (
  input: HI,
  context: HandlerContext,
) => HO | PromiseLike<HO>;

/** An output as it is written into a script. Where nothing is said about outputs, anything may be. */
export type ScriptedOutput<HO> = unknown extends HO
  ? object | string | number | boolean | bigint | symbol | null | undefined
  : HO;

/** One call of a scripted agent. */
export interface ScriptedCall<HI = unknown> {
  /** What it was given, as the capability's schema returned it. */
  readonly input: HI;
  /** The number of the attempt; 1 for the first. */
  readonly attempt: number;
  /** Counts the calls of all scripted agents of the process as they start, so those of two agents can be compared. */
  readonly order: number;
  /** What the handler was given beside the input, such as its `signal` and `deadline`. */
  readonly context: HandlerContext;
}

/** What a scripted agent may be told beside its name. */
interface ScriptOptions {
  /** Where the waits of `thenTakes` and `thenIgnores` are; the clock of the coordinator. @default none: no waits */
  readonly clock?: Clock | undefined;
  /** What the calls after the last entry get: `fail` is {@link ScriptEndedError}, `repeat` the last entry again. @default 'fail' */
  readonly atEnd?: 'fail' | 'repeat' | undefined;
}

/** Options of {@link scriptedAgent}: those of `defineAgent` without its handler, the clock, and what follows the end. */
export interface ScriptedAgentOptions<C extends CapabilityReference>
  extends ScriptOptions,
    Partial<Omit<ServingAgentOptions<C>, 'handle'>> {}

/** A scripted agent was called more often than its script has entries. Trying again does not help. */
export class ScriptEndedError extends CadreError<'SCRIPT_ENDED'> {
  readonly code = 'SCRIPT_ENDED' as const;
  /** The agent's name. */
  readonly agent: string;
  /** How many entries its script has. */
  readonly entries: number;

  constructor(agent: string, entries: number) {
    super(`The script of agent "${agent}" has ended: it has ${entries} entries, and this is one call more`);
    this.agent = agent;
    this.entries = entries;
  }
}

type Entry = (input: Untyped, context: HandlerContext) => unknown;

let lastOrder = 0;

/**
 * An agent whose answers are written beforehand. It is a definition like those of `defineAgent`: register it, ask it,
 * name it in a step.
 *
 * Each call takes the next entry of the script, whoever calls. The methods add entries to this very object, also while
 * it works, and return it.
 *
 * @typeParam I What callers pass. @typeParam O What callers get. @typeParam HI What the script gets.
 * @typeParam HO What the script gives.
 */
export class ScriptedAgent<I = unknown, O = unknown, HI = I, HO = O> implements Agent<I, O> {
  readonly kind = 'agent' as const;
  /** Carries the types only; never set. */
  declare readonly types?: Exclude<Agent<I, O>['types'], undefined>;
  readonly name: string;
  readonly description: string | undefined;
  readonly capabilities: readonly Capability[];
  readonly specializations: readonly string[];
  readonly concurrency: number;
  readonly policy: Agent['policy'];
  /** @internal */
  readonly handle: Agent['handle'];
  readonly #clock: Clock | undefined;
  readonly #repeats: boolean;
  readonly #entries: Entry[] = [];
  readonly #calls: ScriptedCall<HI>[] = [];
  #taken = 0;

  /** @internal Made by {@link scriptedAgent}. */
  constructor(name: string, { clock, atEnd = 'fail', ...facts }: ScriptedAgentOptions<CapabilityReference>) {
    refuseUnless(atEnd === 'fail' || atEnd === 'repeat', 'atEnd', "'fail' or 'repeat'", atEnd);
    refuseUnless(!('handle' in facts), 'handle', 'left out: the script answers', (facts as Untyped).handle);
    refuseUnless(clock === undefined || typeof clock?.schedule === 'function', 'clock', 'a Clock', clock);
    const definition = defineAgent(name, {
      capabilities: [],
      ...facts,
      handle: (input: HI, context: HandlerContext) => this.#answer(input, context),
    } as ServingAgentOptions<CapabilityReference>);
    this.name = definition.name;
    this.description = definition.description;
    this.capabilities = definition.capabilities;
    this.specializations = definition.specializations;
    this.concurrency = definition.concurrency;
    this.policy = definition.policy;
    this.handle = definition.handle;
    this.#clock = clock;
    this.#repeats = atEnd === 'repeat';
  }

  /** Every call so far, in the order in which they started. */
  get calls(): readonly ScriptedCall<HI>[] {
    return this.#calls;
  }

  /** Entries that no call has taken yet. */
  get remaining(): number {
    return this.#entries.length - this.#taken;
  }

  /** The next calls get these outputs, one each. A function is called with `(input, context)`, and gives the output. */
  replies(...replies: readonly (ScriptedOutput<HO> | ScriptedReply<HI, HO>)[]): this {
    for (const reply of replies) this.#entries.push(entryOf(reply));
    return this;
  }

  /** The same as {@link replies}, where it reads better. */
  thenReplies(...replies: readonly (ScriptedOutput<HO> | ScriptedReply<HI, HO>)[]): this {
    return this.replies(...replies);
  }

  /**
   * The next calls fail.
   *
   * @param error What the handler throws, as it is. @default an `Error` that says so
   * @param times How many calls. A whole number from 1 up. @default 1
   */
  thenFails(error: unknown = new Error(`${this.name} fails, as its script says`), times = 1): this {
    refuseUnless(Number.isInteger(times) && times >= 1, 'times', 'a whole number >= 1', times);
    for (let time = 0; time < times; time++) {
      this.#entries.push(() => {
        throw error;
      });
    }
    return this;
  }

  /** The next call never gives an answer, and ends as soon as its signal aborts, with the signal's reason. */
  thenHangs(): this {
    this.#entries.push((_input, { signal }) => untilAborted(signal));
    return this;
  }

  /**
   * The next call takes `time`, and then gives the output. It ends sooner when its signal aborts, with the reason.
   *
   * @throws InvalidOptionsError when `time` is no finite duration, or the agent has no `clock`.
   */
  thenTakes(time: Duration, reply?: ScriptedOutput<HO> | ScriptedReply<HI, HO>): this {
    const wait = this.#waits(time);
    const answer = entryOf(reply);
    this.#entries.push(async (input, context) => {
      await wait(context.signal);
      return answer(input, context);
    });
    return this;
  }

  /**
   * The next call ignores its signal: without a `time` it never ends, and its slot is taken back after the grace
   * period; with one it gives the output after that time, whether somebody still waits for it or not.
   *
   * @throws InvalidOptionsError as {@link thenTakes}, when a time is given.
   */
  thenIgnores(time?: Duration, reply?: ScriptedOutput<HO> | ScriptedReply<HI, HO>): this {
    if (time === undefined) {
      this.#entries.push(() => new Promise(() => {}));
      return this;
    }
    const wait = this.#waits(time);
    const answer = entryOf(reply);
    this.#entries.push(async (input, context) => {
      await wait(undefined);
      return answer(input, context);
    });
    return this;
  }

  #answer(input: HI, context: HandlerContext): unknown {
    this.#calls.push({ input, attempt: context.attempt, order: ++lastOrder, context });
    if (this.remaining > 0) return this.#entries[this.#taken++]?.(input, context);
    const last = this.#repeats ? this.#entries.at(-1) : undefined;
    if (last === undefined) throw new ScriptEndedError(this.name, this.#entries.length);
    return last(input, context);
  }

  #waits(time: Duration): (signal: AbortSignal | undefined) => Promise<void> {
    const ms = durationMs(time) ?? Number.NaN;
    refuseUnless(Number.isFinite(ms), 'time', 'a finite duration', time);
    const clock = this.#clock;
    if (clock === undefined) throw refusal('clock', 'given, for a script that waits', clock);
    return (signal) => sleep(clock, ms, signal);
  }
}

/**
 * Makes an agent whose answers are written beforehand; its types come from its capabilities.
 *
 * @throws InvalidNameError, InvalidOptionsError
 */
export function scriptedAgent<const C extends CapabilityReference>(
  name: string,
  options: ScriptedAgentOptions<C> & { readonly capabilities: readonly C[] },
): ScriptedAgent<CallerInput<C>, CallerOutput<C>, HandlerInput<C>, HandlerOutput<C>>;
/**
 * Makes one that is asked by its definition or name; its types are what you say: `scriptedAgent<string, number>('ada')`.
 *
 * @throws InvalidNameError, InvalidOptionsError
 */
export function scriptedAgent<I = unknown, O = unknown>(
  name: string,
  options?: ScriptedAgentOptions<never>,
): ScriptedAgent<I, O>;
export function scriptedAgent(
  name: string,
  options: ScriptedAgentOptions<CapabilityReference> = {},
): ScriptedAgent<Untyped, Untyped> {
  return new ScriptedAgent(name, options);
}

function entryOf(reply: unknown): Entry {
  return typeof reply === 'function' ? (reply as Entry) : () => reply;
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function sleep(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.schedule(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function refusal(option: string, rule: string, value: unknown): InvalidOptionsError {
  return new InvalidOptionsError('scriptedAgent', option, rule, value);
}

function refuseUnless(holds: boolean, option: string, rule: string, value: unknown): void {
  if (!holds) throw refusal(option, rule, value);
}
