import { durationMs } from './durations.ts';
import { CadreError, InvalidOptionsError } from './errors.ts';
import { type AnyFunction, ignore } from './functions.ts';

/**
 * One option's rule: takes what was passed (undefined when left out) and returns the setting.
 *
 * `parse` throws {@link Refusal} with the rule in words; the caller knows owner and name.
 */
export type Rule<T> = (value: unknown) => T;

/** The rule of each option, for the settings that they give together. */
export type Rules<S> = { readonly [K in keyof S]-?: Rule<S[K]> };

/** What a {@link Rule} throws: the rule in words, and where below the option it was broken. */
class Refusal {
  readonly rule: string;
  readonly value: unknown;
  readonly path: string;
  /** Set when it could not be read: what that threw. */
  readonly options: { readonly cause: unknown } | undefined;

  constructor(rule: string, value: unknown, path = '', options?: Refusal['options']) {
    this.rule = rule;
    this.value = value;
    this.path = path;
    this.options = options;
  }

  /** What was thrown while an option was read, as a refusal. Throws what is an error of ours. */
  static of(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    if (error instanceof CadreError) throw error;
    return new Refusal('readable', error, '', { cause: error });
  }

  /** The same refusal, seen from the object or array that holds the value under `key`. */
  under(key: string): Refusal {
    return new Refusal(this.rule, this.value, this.path ? `${key}.${this.path}` : key, this.options);
  }

  /** The error that it becomes, with the owner and the option that a rule does not know. */
  at(owner: string): InvalidOptionsError {
    return new InvalidOptionsError(owner, this.path || 'options', this.rule, this.value, this.options);
  }
}

/** Refuses a value inside a {@link Rule}: `rule` completes the sentence "must be …". */
export function refuse(rule: string, value: unknown): never {
  throw new Refusal(rule, value);
}

/**
 * Reads an options object once: every known key through its rule, every unknown key refused.
 *
 * @throws InvalidOptionsError naming the owner, the option, the rule and the value.
 */
export function parseOptions<S extends object>(owner: string, rules: Rules<S>, options: unknown): S {
  try {
    return readFields(rules, options === undefined ? {} : options);
  } catch (error) {
    throw Refusal.of(error).at(owner);
  }
}

/** The options of a method that is called often: only what a caller passes is looked at. */
export class CallOptions<S extends object> {
  /** The settings when nothing is passed. */
  readonly defaults: S;
  readonly #method: string;
  readonly #rules: Rules<S>;

  constructor(method: string, rules: Rules<S>) {
    this.#method = method;
    this.#rules = rules;
    this.defaults = parseOptions(method, rules, {});
  }

  /** Like {@link parseOptions}. @throws InvalidOptionsError */
  read(options: unknown): S {
    if (options === undefined) return this.defaults;
    const settings = { ...this.defaults };
    try {
      readGiven(this.#rules, options, settings);
    } catch (error) {
      throw Refusal.of(error).at(this.#method);
    }
    return settings;
  }
}

/** Checks one value against a rule. @throws InvalidOptionsError */
export function parseOption<T>(owner: string, option: string, rule: Rule<T>, value: unknown): T {
  try {
    return rule(value);
  } catch (error) {
    throw refused(owner, option, error);
  }
}

/** What was thrown while an option was read, as the error that names it; an error of ours as it is. */
export function refused(owner: string, option: string, error: unknown): CadreError {
  return error instanceof CadreError ? error : Refusal.of(error).under(option).at(owner);
}

/** An object with exactly these keys. */
export function fields<S extends object>(rules: Rules<S>): Rule<S> {
  return (value) => readFields(rules, value);
}

function readFields<S extends object>(rules: Rules<S>, value: unknown): S {
  const settings: Partial<S> = {};
  const given = readGiven(rules, value, settings);
  for (const key of Object.keys(rules) as (keyof S & string)[]) {
    if (!Object.hasOwn(given, key)) settings[key] = ruled(rules, key, NOTHING);
  }
  return settings as S;
}

/** Reads the options that were passed into `settings`. */
function readGiven<S extends object>(rules: Rules<S>, value: unknown, settings: Partial<S>): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse('an object', value);
  const given = value as Record<string, unknown>;
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(rules, key)) {
      throw new Refusal(`one of the known options (${Object.keys(rules).join(', ')})`, key, key);
    }
    settings[key as keyof S] = ruled(rules, key as keyof S & string, given);
  }
  return given;
}

/** Without a prototype: what somebody puts there must not pass for an option. */
const NOTHING: Readonly<Record<string, unknown>> = Object.freeze(Object.create(null));

/** The setting for what is given under `key`; reading that may throw, too. */
function ruled<S extends object, K extends keyof S & string>(
  rules: Rules<S>,
  key: K,
  given: Readonly<Record<string, unknown>>,
): S[K] {
  try {
    return rules[key](given[key]);
  } catch (error) {
    throw Refusal.of(error).under(key);
  }
}

/** The setting is `fallback` when the option is left out. */
export const withDefault =
  <T>(rule: Rule<T>, fallback: T): Rule<T> =>
  (value) =>
    value === undefined ? fallback : rule(value);

/** The option may be left out; the setting is then undefined. */
export const optional = <T>(rule: Rule<T>): Rule<T | undefined> =>
  withDefault<T | undefined>(rule, undefined);

/** A whole number within bounds; `Infinity` only where `max` is Infinity. */
export function whole({
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
}: {
  min?: number;
  max?: number;
} = {}): Rule<number> {
  const words = `a whole number >= ${min}${max === Infinity ? ' or Infinity' : max < Number.MAX_SAFE_INTEGER ? ` and <= ${max}` : ''}`;
  return (value) => {
    if (typeof value !== 'number' || value < min || value > max) refuse(words, value);
    if (!Number.isSafeInteger(value) && value !== Infinity) refuse(words, value);
    return value as number;
  };
}

/** A finite number within bounds. */
export function number({ min, max }: { min: number; max: number }): Rule<number> {
  return (value) => {
    if (typeof value !== 'number' || !(value >= min && value <= max))
      refuse(`a number from ${min} to ${max}`, value);
    return value as number;
  };
}

/** A `Duration`, as milliseconds; `Infinity` means no limit, where it is allowed. */
export function duration({
  min = 0,
  infinity = false,
}: {
  min?: number;
  infinity?: boolean;
} = {}): Rule<number> {
  const words = `a duration (milliseconds, or text such as '30s')${min > 0 ? ` >= ${min}ms` : ''}${infinity ? ' or Infinity' : ''}`;
  return (value) => {
    const ms = durationMs(value);
    if (ms === undefined || ms < min || (ms === Infinity && !infinity)) refuse(words, value);
    return ms as number;
  };
}

/** Any text. */
export const text: Rule<string> = (value) => {
  if (typeof value !== 'string') refuse('text', value);
  return value as string;
};

/** A function that is no class. */
export function callable<F extends AnyFunction>(): Rule<F> {
  return (value) => {
    if (typeof value !== 'function' || /^class\b/.test(Function.prototype.toString.call(value)))
      refuse('a function', value);
    return value as F;
  };
}

/** An object that has these methods: somebody's implementation of a port. */
export function port<T extends object>(name: string, methods: readonly (keyof T & string)[]): Rule<T> {
  return (value) => {
    const complete =
      typeof value === 'object' &&
      value !== null &&
      methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function');
    if (!complete) refuse(`a ${name} (an object with ${methods.join(', ')})`, value);
    return value as T;
  };
}

/** An array whose items all follow `rule`. */
export function list<T>(rule: Rule<T>): Rule<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) refuse('an array', value);
    return Array.from(value as unknown[], (item, index) => {
      try {
        return rule(item);
      } catch (error) {
        throw Refusal.of(error).under(`${index}`);
      }
    });
  };
}

const { addEventListener, removeEventListener } = EventTarget.prototype;

/** Tells whether one can listen to a signal, and leave it: those of this realm can be taken at their word. */
function canBeHeard(signal: AbortSignal): boolean {
  if (signal.addEventListener === addEventListener && signal.removeEventListener === removeEventListener)
    return true;
  signal.addEventListener('abort', ignore);
  signal.removeEventListener('abort', ignore);
  return true;
}

/** An AbortSignal, also one from another realm. */
export const abortSignal: Rule<AbortSignal> = (value) => {
  const signal = value as AbortSignal | null | undefined;
  const usable =
    typeof signal === 'object' &&
    signal !== null &&
    typeof signal.aborted === 'boolean' &&
    typeof signal.addEventListener === 'function' &&
    typeof signal.removeEventListener === 'function' &&
    canBeHeard(signal);
  if (!usable) refuse('an AbortSignal', value);
  return signal as AbortSignal;
};
