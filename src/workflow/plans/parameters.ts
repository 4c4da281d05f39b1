import { copyOfData, isObject, type JsonObject } from './document.ts';
import { at, type Problems, shown } from './problems.ts';

/** What a plan says of one of its parameters. */
export interface PlanParameter {
  /** What it must be. @default anything that JSON carries */
  readonly type?: 'string' | 'number' | 'boolean' | 'array' | 'object' | undefined;
  /** What it is when it is not given. */
  readonly default?: unknown;
  /** Whether it must be given; one that is neither given nor has a default is null. @default true without a default */
  readonly required?: boolean | undefined;
  /** What it is for. */
  readonly description?: string | undefined;
}

/** The parameters of a plan, with what they are for this workflow. */
export interface Parameters {
  readonly values: ReadonlyMap<string, unknown>;
  /** The declarations, with the values that were given as defaults. */
  readonly filled: JsonObject | undefined;
}

const TYPES = ['string', 'number', 'boolean', 'array', 'object'];
const KEYS: readonly (keyof PlanParameter)[] = ['type', 'default', 'required', 'description'];

/** Reads what a plan declares under `parameters`, and what is given for it. */
export function readParameters(problems: Problems, declared: unknown, given: unknown): Parameters {
  const values = new Map<string, unknown>();
  const data = copyOfData('/parameters', () => given ?? {});
  if (declared !== undefined && !isObject(declared)) {
    problems.add('/parameters', 'it is no object', 'write { "name": { "type": "string" } }');
  } else if (!isObject(data)) {
    problems.add('/parameters', 'what was given for them is no object', 'give an object of values');
  } else {
    const filled = Object.entries(declared ?? {}).map(([name, value]) => {
      const path = at('/parameters', name);
      const declaration = readDeclaration(problems, path, value);
      if (declaration === undefined) {
        values.set(name, null);
        return [name, value] as const;
      }
      const isGiven = Object.hasOwn(data, name);
      values.set(name, parameterOf(problems, path, declaration, isGiven ? data[name] : declaration.default));
      const { required, ...facts } = declaration;
      return [name, isGiven ? Object.freeze({ ...facts, default: data[name] }) : value] as const;
    });
    for (const name of Object.keys(data)) {
      if (values.has(name)) continue;
      problems.unknownName(
        at('/parameters', name),
        'parameter',
        name,
        values.keys(),
        'leave it out, or declare it',
      );
    }
    return { values, filled: declared && Object.freeze(Object.fromEntries(filled)) };
  }
  return { values, filled: undefined };
}

function readDeclaration(problems: Problems, path: string, value: unknown): PlanParameter | undefined {
  if (!isObject(value)) return problems.add(path, 'it is no object', 'write { "type": "string" }');
  const known = problems.list.length;
  problems.unknownKeys(path, value, KEYS);
  const { type, required, description, default: fallback } = value;
  if (type !== undefined && !TYPES.includes(type as string))
    problems.add(at(path, 'type'), `there is no type ${shown(type)}`, `take one of ${TYPES.join(', ')}`);
  if (required !== undefined && typeof required !== 'boolean')
    problems.add(at(path, 'required'), `${shown(required)} does not do`, 'write true or false');
  if (required === true && fallback !== undefined)
    problems.add(at(path, 'required'), 'what has a default is not required', 'leave out one of the two');
  if (description !== undefined && typeof description !== 'string')
    problems.add(at(path, 'description'), 'it is no text', 'write what it is for');
  return problems.list.length > known ? undefined : (value as PlanParameter);
}

function parameterOf(
  problems: Problems,
  path: string,
  { type, required }: PlanParameter,
  value: unknown,
): unknown {
  if (value === undefined) {
    if (required !== false)
      problems.add(path, 'it is required, and was not given', 'give it in `parameters`');
    return null;
  }
  if (type !== undefined && typeOf(value) !== type)
    problems.add(path, `${shown(value)} was given for it`, `give a value of the type ${type}`);
  return value;
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
}
