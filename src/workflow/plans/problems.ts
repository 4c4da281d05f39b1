import { CadreError, InvalidNameError, InvalidOptionsError } from '../../kernel/errors.ts';
import { parseOption, type Rule } from '../../kernel/options.ts';

/** One thing that is wrong with a plan. */
export interface PlanProblem {
  /** Where, as a JSON pointer (RFC 6901), such as `/steps/2/after/0`; empty for the plan itself. */
  readonly path: string;
  /** What is wrong there. */
  readonly problem: string;
  /** What would be right. */
  readonly fix: string;
}

/** A workflow that was given as data cannot be one. Nothing was made; it lists everything that is wrong. */
export class InvalidPlanError extends CadreError<'INVALID_PLAN'> {
  readonly code = 'INVALID_PLAN' as const;
  /** Everything that is wrong; at least one. */
  readonly problems: readonly PlanProblem[];

  constructor(problems: readonly PlanProblem[]) {
    const shown = problems
      .slice(0, 10)
      .map(({ path, problem, fix }) => `${path === '' ? 'plan' : path}: ${problem}; ${fix}`);
    if (problems.length > shown.length) shown.push(`and ${problems.length - shown.length} more`);
    super(`The plan cannot be a workflow:\n${shown.join('\n')}`);
    this.problems = problems;
  }
}

/** Gathers what is wrong with a plan. */
export class Problems {
  readonly list: PlanProblem[] = [];
  /** How many names are still looked at for one that is like another; nobody reads thousands of such answers. */
  #looks = 100_000;

  add(path: string, problem: string, fix: string): undefined {
    this.list.push(Object.freeze({ path, problem, fix }));
  }

  /** What a rule makes of a value; undefined when it refuses it. */
  ruled<T>(path: string, rule: Rule<T>, value: unknown): T | undefined {
    return this.caught(
      () => parseOption('plan', 'value', rule, value),
      ([, ...keys]) => keys.reduce(at, path),
    );
  }

  /** What some code gives; undefined when it refuses an option. @param placeOf Where that stands in the plan. */
  caught<T>(code: () => T, placeOf: (option: readonly string[]) => string): T | undefined {
    try {
      return code();
    } catch (error) {
      if (error instanceof InvalidNameError)
        return this.add(placeOf([]), `${shown(error.value)} is no ${error.kind} name`, error.reason);
      if (!(error instanceof InvalidOptionsError)) throw error;
      const { option, value, rule } = error;
      return this.add(placeOf(option.split('.')), `${shown(value)} does not do`, `it must be ${rule}`);
    }
  }

  /** Something by a name that there is not. @param fix What is right when no name looks like it. */
  unknownName(path: string, what: string, name: unknown, names: Iterable<string>, fix: string): undefined {
    const like = typeof name === 'string' ? this.#nearest(name, [...names]) : undefined;
    this.add(
      path,
      `there is no ${what} ${shown(name)}`,
      like === undefined ? fix : `did you mean ${shown(like)}?`,
    );
  }

  #nearest(name: string, names: readonly string[]): string | undefined {
    this.#looks -= names.length;
    return this.#looks >= 0 ? nearest(name, names) : undefined;
  }

  /** The keys of an object that it may not have. */
  unknownKeys(path: string, value: object, keys: readonly string[]): void {
    for (const key of Object.keys(value)) {
      if (!keys.includes(key))
        this.unknownName(at(path, key), 'key', key, keys, `it may have ${keys.join(', ')}`);
    }
  }

  /** @throws InvalidPlanError when there are any. */
  throwAny(): void {
    if (this.list.length > 0) throw new InvalidPlanError(Object.freeze([...this.list]));
  }
}

/** The pointer to what stands under a key. */
export function at(path: string, key: string | number): string {
  return `${path}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** A value of a plan in a message: as JSON, and of a long one the beginning. */
export function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** The name that is most like another, if one is at most a third of its length away. */
function nearest(name: string, names: Iterable<string>): string | undefined {
  let found: string | undefined;
  let least = Math.min(3, Math.floor((name.length + 1) / 3)) + 1;
  for (const other of names) {
    if (Math.abs(other.length - name.length) >= least) continue;
    const steps = distance(name.toLowerCase(), other.toLowerCase());
    if (steps >= least) continue;
    least = steps;
    found = other;
  }
  return found;
}

/**
 * How many letters must be put in, left out, changed or swapped with the next to get from one text to the other (Damerau
 * 1964, no letter twice).
 */
function distance(from: string, to: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swap = swapped ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(row[j - 1]! + (same ? 0 : 1), row[j]! + 1, next[j - 1]! + 1, swap));
    }
    before = row;
    row = next;
  }
  return row[to.length]!;
}
