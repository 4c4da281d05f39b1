import { at, InvalidPlanError } from './problems.ts';

/** An object as JSON has it. */
export type JsonObject = { readonly [key: string]: unknown };

/** Of a plan as text: characters. Of one as an object: those of all keys and texts, and one for each value. */
const LARGEST = 1_000_000;
/** Objects and arrays within one another. */
const DEEPEST = 64;

/** The value cannot be read any further. */
class Unreadable {
  readonly path: string;
  readonly problem: string;
  readonly fix: string;

  constructor(path: string, problem: string, fix: string) {
    this.path = path;
    this.problem = problem;
    this.fix = fix;
  }
}

/**
 * A frozen copy of a plan, read once. Keys whose value is undefined are left out.
 *
 * @param json JSON text, or what it would be parsed to.
 * @throws InvalidPlanError with one problem
 */
export function copyOfPlan(json: unknown): JsonObject {
  const copy = typeof json === 'string' ? copyOfData('', () => parsed(json)) : copyOfData('', () => json);
  if (!isObject(copy)) throw invalid('', 'it is no object', 'give an object with `name` and `steps`');
  return copy;
}

/** A frozen copy of any data. @param path Where it stands. @throws InvalidPlanError with one problem */
export function copyOfData(path: string, data: () => unknown): unknown {
  try {
    return new Copier().copy(data(), path, 0);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw invalid(error.path, error.problem, error.fix);
  }
}

/** Freezes plain data with all that is in it. */
export function freezeAll<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freezeAll);
  }
  return value;
}

function invalid(path: string, problem: string, fix: string): InvalidPlanError {
  return new InvalidPlanError([Object.freeze({ path, problem, fix })]);
}

/** True for what JSON writes in braces. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  if (text.length > LARGEST) throw tooLarge('');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Unreadable(
      '',
      `it is no JSON: ${(error as Error).message}`,
      'give one JSON object, and no other text',
    );
  }
}

function tooLarge(path: string): Unreadable {
  return new Unreadable(path, `it is larger than ${LARGEST} characters`, 'split it into several workflows');
}

class Copier {
  #size = 0;

  copy(value: unknown, path: string, depth: number): unknown {
    this.#add(1, path);
    switch (typeof value) {
      case 'boolean':
        return value;
      case 'string':
        this.#add(value.length, path);
        return value;
      case 'number':
        if (Number.isFinite(value)) return value;
        throw new Unreadable(
          path,
          `${value} is no number of JSON`,
          `write "Infinity" where no limit is meant`,
        );
      case 'object':
        return value === null ? null : this.#copyOf(value, path, depth);
      case 'function':
        throw new Unreadable(
          path,
          'a function is no data',
          'name it in `functions` and write { "function": name }',
        );
      default:
        throw new Unreadable(path, `a value of the type ${typeof value} is no data`, 'leave it out');
    }
  }

  #copyOf(value: object, path: string, depth: number): unknown {
    if (depth >= DEEPEST) {
      throw new Unreadable(
        path,
        `it is nested deeper than ${DEEPEST}, or contains itself`,
        'make it flatter',
      );
    }
    try {
      if (Array.isArray(value)) {
        return Object.freeze(Array.from(value, (item, index) => this.copy(item, at(path, index), depth + 1)));
      }
      const prototype: object | null = Object.getPrototypeOf(value);
      if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
        throw new Unreadable(path, 'an instance of a class is no data', 'write a plain object');
      const entries: [string, unknown][] = [];
      for (const key of Object.keys(value)) {
        const item = (value as JsonObject)[key];
        if (item === undefined) continue;
        this.#add(key.length, path);
        entries.push([key, this.copy(item, at(path, key), depth + 1)]);
      }
      return Object.freeze(Object.fromEntries(entries));
    } catch (error) {
      if (error instanceof Unreadable) throw error;
      throw new Unreadable(path, 'it cannot be read', 'write a plain object');
    }
  }

  #add(size: number, path: string): void {
    this.#size += size;
    if (this.#size > LARGEST) throw tooLarge(path);
  }
}
