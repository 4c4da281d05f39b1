import { inspect } from 'node:util';

const brand = Symbol.for('cadre.error');

/** What a {@link CadreError} is made from, beside its message. */
export interface CadreErrorOptions {
  /** True when the same call may succeed later without a change to it. @default false */
  readonly retryable?: boolean | undefined;
  /** What was thrown or reported underneath, kept as it was: class, fields and stack. */
  readonly cause?: unknown;
}

/**
 * The base of every error that cadre makes.
 *
 * Branch on `code`; the message is for people and may change. `retryable` tells whether trying the same
 * call again can help, and is what retry policies look at. The original error, where there is one, is `cause`.
 */
export abstract class CadreError<Code extends string = string> extends Error {
  /** A literal that names the kind of error; unique for each class. */
  abstract readonly code: Code;
  /** True when the same call may succeed later. */
  readonly retryable: boolean;

  constructor(message: string, { retryable = false, ...rest }: CadreErrorOptions = {}) {
    super(message, 'cause' in rest ? { cause: rest.cause } : undefined);
    this.name = new.target.name;
    this.retryable = retryable;
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * Tells whether `value` is an error made by cadre, also by a second copy of the package in one process.
 *
 * @param code When given, the error must carry this code.
 */
export function isCadreError(value: unknown, code?: string): value is CadreError {
  try {
    if (!(value instanceof Error) || !(brand in value)) return false;
    return code === undefined || (value as unknown as CadreError).code === code;
  } catch {
    return false;
  }
}

/** An option, or an argument of a call, breaks its rule. Nothing was started or changed. */
export class InvalidOptionsError extends CadreError<'INVALID_OPTIONS'> {
  readonly code = 'INVALID_OPTIONS' as const;

  /** The class, maker or method that was called. */
  readonly owner: string;
  /** The option's name; a dotted path for nested ones. */
  readonly option: string;
  /** The rule that was broken, such as `a whole number >= 1`. */
  readonly rule: string;
  /** What was passed. */
  readonly value: unknown;

  constructor(
    owner: string,
    option: string,
    rule: string,
    value: unknown,
    options?: Pick<CadreErrorOptions, 'cause'>,
  ) {
    super(`${owner}: ${option} must be ${rule}, got ${show(value)}`, options);
    this.owner = owner;
    this.option = option;
    this.rule = rule;
    this.value = value;
  }
}

/** A name (of an agent, capability, topic, workflow or step) does not follow the grammar of names. */
export class InvalidNameError extends CadreError<'INVALID_NAME'> {
  readonly code = 'INVALID_NAME' as const;

  /** What was to be named: `agent`, `capability`, `topic`, … */
  readonly kind: string;
  /** What was passed. */
  readonly value: unknown;
  /** What is wrong with it. */
  readonly reason: string;

  constructor(kind: string, value: unknown, reason: string) {
    super(`Invalid ${kind} name ${show(value)}: ${reason}`);
    this.kind = kind;
    this.value = value;
    this.reason = reason;
  }
}

/** The object was closed; it takes no more work. */
export class ClosedError extends CadreError<'CLOSED'> {
  readonly code = 'CLOSED' as const;

  /** What was closed, such as `Coordinator`. */
  readonly owner: string;

  constructor(owner: string) {
    super(`${owner} is closed`);
    this.owner = owner;
  }
}

/** Work was stopped by somebody's decision: a signal, `cancel()`, or the end of what it was part of. */
export class CancelledError extends CadreError<'CANCELLED'> {
  readonly code = 'CANCELLED' as const;

  /** The work that was cancelled, such as `task "research"`. */
  readonly what: string;

  /** @param reason What the caller gave as the reason; kept as `cause` exactly as it was. */
  constructor(what: string, reason?: unknown) {
    super(`The ${what} was cancelled`, { cause: reason });
    this.what = what;
  }
}

/** Work did not end in time. For work elsewhere this means "unknown", not "did not happen". */
export class TimeoutError extends CadreError<'TIMEOUT'> {
  readonly code = 'TIMEOUT' as const;

  /** The work that was too slow, such as `request "prices"`. */
  readonly what: string;
  /** The time that was allowed, in milliseconds. */
  readonly timeoutMs: number;

  constructor(what: string, timeoutMs: number) {
    super(`The ${what} did not end within ${Math.round(timeoutMs)} ms`, { retryable: true });
    this.what = what;
    this.timeoutMs = timeoutMs;
  }
}

/** Something bounded has no room left. Nothing was accepted. */
export class FullError extends CadreError<'FULL'> {
  readonly code = 'FULL' as const;
  /** What is full, such as `task queue`. */
  readonly what: string;
  /** How much it holds. */
  readonly limit: number;

  constructor(what: string, limit: number) {
    super(`The ${what} is full (${limit})`, { retryable: true });
    this.what = what;
    this.limit = limit;
  }
}

/** A handler of the host application threw or rejected; what it threw is `cause`, untouched. */
export class HandlerError extends CadreError<'HANDLER_FAILED'> {
  readonly code = 'HANDLER_FAILED' as const;
  /** Whose handler it was, such as `agent "ada"` or `responder "prices"`. */
  readonly handler: string;

  /** Retryable unless what was thrown says `retryable: false` itself. */
  constructor(handler: string, thrown: unknown) {
    super(`The handler of ${handler} failed: ${describeError(thrown).message}`, {
      cause: thrown,
      retryable: mayHelpToRetry(thrown),
    });
    this.handler = handler;
  }
}

function mayHelpToRetry(thrown: unknown): boolean {
  try {
    return (thrown as { retryable?: unknown } | null | undefined)?.retryable !== false;
  } catch {
    return true;
  }
}

/** A short, safe picture of any value, for messages. Never throws. */
function show(value: unknown): string {
  try {
    const text = inspect(value, { depth: 0, maxStringLength: 80, maxArrayLength: 3, breakLength: Infinity });
    return text.length > 160 ? `${text.slice(0, 157)}...` : text;
  } catch {
    return `an unprintable ${typeof value}`;
  }
}

/** An error as plain JSON-safe facts, as events and snapshots carry it. */
export interface ErrorRecord {
  /** The class name, or the type of what was thrown when it was no error. */
  readonly name: string;
  /** What it says to a person; of what was no error, a short picture. */
  readonly message: string;
  /** The error's own `code`, when it is text. */
  readonly code?: string;
  /** What was underneath, at most four levels deep. */
  readonly cause?: ErrorRecord;
}

/** An error that happened before, in another process perhaps: of the original only what is on record is left. */
export class RecordedError extends CadreError<'RECORDED'> {
  readonly code = 'RECORDED' as const;
  /** What is on record of the original. */
  readonly record: ErrorRecord;

  constructor(record: ErrorRecord) {
    super(record.message);
    this.record = record;
  }
}

/** Describes anything that can be thrown. Never throws, whatever the value does when it is looked at. */
export function describeError(error: unknown, depth = 4): ErrorRecord {
  try {
    if (!(error instanceof Error)) return { name: typeof error, message: show(error) };
    // What was described before is not described once more.
    if (error instanceof RecordedError) return error.record;
    const { name, message, cause } = error;
    const code: unknown = 'code' in error ? error.code : undefined;
    return {
      name: String(name),
      message: String(message),
      ...(typeof code === 'string' ? { code } : {}),
      ...(cause !== undefined && depth > 0 ? { cause: describeError(cause, depth - 1) } : {}),
    };
  } catch {
    return { name: 'unreadable', message: show(error) };
  }
}
