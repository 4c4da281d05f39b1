import type { Rule } from '../../kernel/options.ts';
import { isObject } from './document.ts';
import { at, type Problems, shown } from './problems.ts';
import type { PlanTableSettings } from './tables.ts';

/** What an expression at some place of a plan may refer to. */
export interface Sight {
  /** The first names of references. */
  readonly names: ReadonlySet<string>;
  /** True when a step could be added to them, by naming it in `after`. */
  readonly growing: boolean;
}

/** What every part of a plan is read with. */
export class Reader {
  readonly problems: Problems;
  readonly tables: PlanTableSettings;
  /** What the parameters are. */
  readonly parameters: ReadonlyMap<string, unknown>;
  /** The ids of the steps that have one, with their places. */
  readonly steps: Map<string, number> = new Map();

  constructor(problems: Problems, tables: PlanTableSettings, parameters: ReadonlyMap<string, unknown>) {
    this.problems = problems;
    this.tables = tables;
    this.parameters = parameters;
  }

  /** What a rule makes of a value in which parameters may stand; undefined when something is wrong with it. */
  read<T>(path: string, rule: Rule<T>, value: unknown): T | undefined {
    const known = this.problems.list.length;
    const plain = this.plain(path, value);
    return this.problems.list.length > known ? undefined : this.problems.ruled(path, rule, plain);
  }

  /** A value with what the parameters in it are; no expression may stand in it. */
  plain(path: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item, index) => this.plain(at(path, index), item));
    if (isObject(value)) {
      if (Object.hasOwn(value, '$param')) return this.parameter(path, value);
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, this.plain(at(path, key), item)]),
      );
    }
    if (typeof value !== 'string' || !value.startsWith('$.')) return value;
    return this.problems.add(
      path,
      'a reference does not do here',
      'write the value itself, or { "$param": name }',
    );
  }

  /** What `{ "$param": name }` stands for. */
  parameter(path: string, operation: { readonly $param?: unknown }): unknown {
    const { $param: name } = operation;
    if (typeof name === 'string' && Object.keys(operation).length === 1 && this.parameters.has(name))
      return this.parameters.get(name);
    const names = [...this.parameters.keys()];
    if (typeof name !== 'string' || Object.keys(operation).length > 1)
      return this.problems.add(
        path,
        `${shown(operation)} does not do`,
        'write { "$param": name }, and nothing else',
      );
    return this.problems.unknownName(path, 'parameter', name, names, 'declare it in `parameters`');
  }

  /** An object with no other than these keys; undefined when it is none. */
  object(
    path: string,
    value: unknown,
    keys: readonly string[],
    example: string,
  ): { readonly [key: string]: unknown } | undefined {
    if (!isObject(value)) return this.problems.add(path, `${shown(value)} is no object`, `write ${example}`);
    this.problems.unknownKeys(path, value, keys);
    return value;
  }
}
