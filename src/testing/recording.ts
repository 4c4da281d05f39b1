import { type Agent, CadreError, type HandlerContext, InvalidOptionsError } from '../index.ts';
import { canonicalJson, jsonCopy, NotRecordableError } from './json-safe.ts';

/** What a recorded agent threw, as plain data: an error without its class, its stack and its other fields. */
export interface RecordedError {
  /** The name of the error. */
  readonly name: string;
  /** What it says to a person. */
  readonly message: string;
  /** The error's own `code`, when it is text or a number. */
  readonly code?: string | number;
  /** The error's own `retryable`, when it has one. */
  readonly retryable?: boolean;
  /** What was underneath, at most four levels deep, where it is an error. */
  readonly cause?: RecordedError;
}

/**
 * What every recorded call tells.
 *
 * @inline
 */
interface CallFacts {
  /** The agent's name. */
  readonly agent: string;
  /** The capability that was asked for; missing where there was not one. */
  readonly capability?: string;
  /** What the handler was given; missing for undefined. */
  readonly input?: unknown;
}

/** One call of a recorded agent. */
export type RecordedCall =
  | (CallFacts & {
      /** It has not ended, or not before its signal aborted. */
      readonly status: 'unanswered';
    })
  | (CallFacts & {
      /** The handler gave an output. */
      readonly status: 'completed';
      /** The output; missing for undefined. */
      readonly output?: unknown;
    })
  | (CallFacts & {
      /** The handler threw an error. */
      readonly status: 'failed';
      /** What it threw. */
      readonly error: RecordedError;
    })
  | (CallFacts & {
      /** The handler threw what is no error. */
      readonly status: 'threw';
      /** What it threw; missing for undefined. */
      readonly thrown?: unknown;
    });

/** Calls of one or several agents, in the order in which they started: plain data, to be kept as JSON. */
export interface Recording {
  /** Says how to read it. */
  readonly format: 'cadre-recording-1';
  /** The calls. {@link recordAgent} adds to them. */
  readonly calls: RecordedCall[];
}

/** Options of {@link recordAgent}. */
export interface RecordOptions {
  /** Where the calls go; several agents may share one. Writing it to a file is up to you. */
  readonly to: Recording;
}

/** Options of {@link replayAgent}. */
export interface ReplayOptions {
  /** What a call gets when all recorded calls with its input have been answered: `fail` is {@link NotRecordedError}, `repeat` the last of them again. @default 'fail' */
  readonly atEnd?: 'fail' | 'repeat' | undefined;
}

const FORMAT = 'cadre-recording-1';
const KNOWN_LISTED = 20;

/** No recorded call answers this one. Trying again does not help. */
export class NotRecordedError extends CadreError<'NOT_RECORDED'> {
  readonly code = 'NOT_RECORDED' as const;
  /** The agent's name. */
  readonly agent: string;
  /** The input as JSON, its keys sorted. */
  readonly input: string;
  /** How many calls with this input are recorded; all of them have been answered. */
  readonly recorded: number;
  /** The inputs that are recorded for the agent, as JSON, each once; the first 20. */
  readonly known: readonly string[];

  constructor(agent: string, input: string, recorded: number, known: readonly string[]) {
    const fault = recorded === 0 ? 'No call' : `No more than ${recorded} calls`;
    const list = known.length === 0 ? 'nothing is recorded for it' : `recorded are: ${known.join(', ')}`;
    super(`${fault} of agent "${agent}" with the input ${input} can be replayed; ${list}`);
    this.agent = agent;
    this.input = input;
    this.recorded = recorded;
    this.known = known;
  }
}

/** A recording without calls. */
export function newRecording(): Recording {
  return { format: FORMAT, calls: [] };
}

/**
 * The same agent, whose calls are written down: register it in place of `agent`, which is not changed.
 *
 * A call is added as it starts, as `unanswered`, and replaced when it ends. What ends after its signal aborted stays
 * `unanswered`: nobody waited for it. Of an error `name`, `message`, `code`, `retryable` and `cause` are kept.
 *
 * Nothing is changed to fit into JSON. An input or output with undefined (below the top), NaN, Infinity, -0, a bigint,
 * a function, a symbol, an object of a class (a Date, a Map), or a part of itself is refused with
 * {@link NotRecordableError}: the call fails with it, a bad input before the handler is called, and is not in the
 * recording.
 *
 * @throws InvalidOptionsError
 */
export function recordAgent<I, O>(agent: Agent<I, O>, options: RecordOptions): Agent<I, O> {
  const { calls } = checked('recordAgent', 'to', options.to);
  const handle = async (input: unknown, context: HandlerContext): Promise<unknown> => {
    const facts = { agent: agent.name, ...capabilityOf(context), ...optional('input', input) };
    let call: RecordedCall = { ...facts, status: 'unanswered' };
    calls.push(call);
    const replace = (...ended: readonly RecordedCall[]): void => {
      const index = calls.indexOf(call);
      if (context.signal.aborted || index < 0) return;
      calls.splice(index, 1, ...ended);
      call = ended[0] ?? call;
    };
    const attempt = (record: () => RecordedCall): void => {
      try {
        replace(record());
      } catch (error) {
        replace();
        throw error;
      }
    };
    let output: unknown;
    try {
      output = await agent.handle(input, context);
    } catch (thrown) {
      attempt(() =>
        thrown instanceof Error
          ? { ...facts, status: 'failed', error: errorRecord(thrown) }
          : { ...facts, status: 'threw', ...optional('thrown', thrown) },
      );
      throw thrown;
    }
    attempt(() => ({ ...facts, status: 'completed', ...optional('output', output) }));
    return output;
  };
  return Object.freeze({ ...agent, handle });
}

/**
 * The same agent, answering from a recording: its handler is not called.
 *
 * A call gets what the recorded call with the same input (and capability) got, in whatever order the keys of the input
 * stand; several recorded calls with one input answer in their order. An error comes back as a plain `Error` with
 * `name`, `message`, `code`, `retryable` and `cause`; a call that was `unanswered` hangs until its signal aborts. A call
 * that is not recorded fails with {@link NotRecordedError}, one whose input JSON does not keep with
 * {@link NotRecordableError}. Every agent that this returns begins at the first call.
 *
 * @throws InvalidOptionsError when `recording` is none.
 */
export function replayAgent<I, O>(
  recording: Recording,
  agent: Agent<I, O>,
  { atEnd = 'fail' }: ReplayOptions = {},
): Agent<I, O> {
  const { calls } = checked('replayAgent', 'recording', recording);
  if (atEnd !== 'fail' && atEnd !== 'repeat')
    throw new InvalidOptionsError('replayAgent', 'atEnd', "'fail' or 'repeat'", atEnd);
  const own = calls.filter((call) => call.agent === agent.name);
  const byKey = Map.groupBy(own, ({ capability, input }) => keyOf(capability, input));
  const answered = new Map<string, number>();
  const handle = (input: unknown, context: HandlerContext): unknown => {
    const data = optional('input', input).input;
    const key = keyOf(context.capability, data);
    const recorded = byKey.get(key) ?? [];
    const index = answered.get(key) ?? 0;
    answered.set(key, index + 1);
    const call = recorded[index] ?? (atEnd === 'repeat' ? recorded.at(-1) : undefined);
    if (call === undefined) {
      const known = [...new Set(own.map((each) => canonicalJson(each.input)))].slice(0, KNOWN_LISTED);
      throw new NotRecordedError(agent.name, canonicalJson(data), recorded.length, known);
    }
    return replay(call, context);
  };
  return Object.freeze({ ...agent, handle });
}

function replay(call: RecordedCall, { signal }: HandlerContext): unknown {
  if (call.status === 'failed') throw errorOf(call.error);
  if (call.status === 'threw') throw copyOf(call.thrown);
  if (call.status === 'completed') return copyOf(call.output);
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** Whoever gets it may change it; the recording stays. */
function copyOf(value: unknown): unknown {
  return value === undefined ? undefined : structuredClone(value);
}

function capabilityOf({ capability }: HandlerContext): { readonly capability?: string } {
  return capability === undefined ? {} : { capability };
}

/** A field with a copy of `value`, or none for undefined. @throws NotRecordableError */
function optional<K extends string>(name: K, value: unknown): { readonly [Key in K]?: unknown } {
  return (value === undefined ? {} : { [name]: jsonCopy(value, name) }) as { readonly [Key in K]?: unknown };
}

function keyOf(capability: string | undefined, input: unknown): string {
  return `${capability ?? ''} ${canonicalJson(input)}`;
}

function errorRecord(error: Error, depth = 4): RecordedError {
  const { name, message, cause } = error;
  const { code, retryable } = error as { code?: unknown; retryable?: unknown };
  return {
    name: String(name),
    message: String(message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(typeof retryable === 'boolean' ? { retryable } : {}),
    ...(cause instanceof Error && depth > 0 ? { cause: errorRecord(cause, depth - 1) } : {}),
  };
}

function errorOf({ name, message, cause, ...facts }: RecordedError): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause: errorOf(cause) });
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  return Object.assign(error, facts);
}

function checked(owner: string, option: string, recording: unknown): Recording {
  const { format, calls } = (recording ?? {}) as { format?: unknown; calls?: unknown };
  if (format !== FORMAT || !Array.isArray(calls))
    throw new InvalidOptionsError(owner, option, `a Recording ("format": "${FORMAT}")`, recording);
  return recording as Recording;
}
