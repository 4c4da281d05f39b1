import { agreementText } from '../joins.ts';
import { isObject, type JsonObject } from './document.ts';
import { at, shown } from './problems.ts';
import type { Reader, Sight } from './reader.ts';

type Scope = Readonly<Record<string, unknown>>;

/** Gives the value of an expression for what a step sees. */
export type Evaluate = (scope: Scope) => unknown;

type Operator = (reader: Reader, path: string, operand: unknown, sight: Sight) => Evaluate;

const nothing: Evaluate = () => undefined;

/** What the operators are, whose operand is an array of two. */
const comparison =
  (holds: (left: unknown, right: unknown) => boolean): Operator =>
  (reader, path, operand, sight) => {
    if (!Array.isArray(operand) || operand.length !== 2) {
      reader.problems.add(
        path,
        `${shown(operand)} does not do`,
        'write an array of the two that are compared',
      );
      return nothing;
    }
    const [left, right] = readAll(reader, path, operand, sight);
    return (scope) => holds(left!(scope), right!(scope));
  };

/** Only numbers, and only texts, have an order. */
const ordered = (holds: (left: number | string, right: number | string) => boolean): Operator =>
  comparison((left, right) => {
    const comparable = typeof left === typeof right && (typeof left === 'number' || typeof left === 'string');
    return comparable && holds(left as number, right as number);
  });

const several =
  (make: (parts: readonly Evaluate[]) => Evaluate, conditions: boolean): Operator =>
  (reader, path, operand, sight) => {
    if (!Array.isArray(operand)) {
      reader.problems.add(path, `${shown(operand)} does not do`, 'write an array');
      return nothing;
    }
    return make(readAll(reader, path, operand, sight, conditions));
  };

const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['$ref', readReference],
  ['$param', (reader, path, operand) => constant(reader.parameter(path, { $param: operand }))],
  ['$literal', (_reader, _path, operand) => constant(operand)],
  ['$text', several((parts) => (scope) => parts.map((part) => textOf(part(scope))).join(''), false)],
  ['$eq', comparison(equal)],
  ['$ne', comparison((left, right) => !equal(left, right))],
  ['$lt', ordered((left, right) => left < right)],
  ['$le', ordered((left, right) => left <= right)],
  ['$gt', ordered((left, right) => left > right)],
  ['$ge', ordered((left, right) => left >= right)],
  ['$and', several((parts) => (scope) => parts.every((part) => part(scope) === true), true)],
  ['$or', several((parts) => (scope) => parts.some((part) => part(scope) === true), true)],
  [
    '$not',
    (reader, path, operand, sight) => {
      const part = readCondition(reader, path, operand, sight);
      return (scope) => part(scope) !== true;
    },
  ],
  [
    '$exists',
    (reader, path, operand, sight) => {
      const part = readExpression(reader, path, operand, sight);
      return (scope) => (part(scope) ?? undefined) !== undefined;
    },
  ],
]);

/** The operators, by name. */
const OPERATOR_NAMES: readonly string[] = [...OPERATORS.keys()];

/**
 * Reads an expression: a reference, data, or an object with one operator.
 *
 * It has no code and calls nothing. A reference sees own properties only, and gives undefined where it leads nowhere.
 */
export function readExpression(reader: Reader, path: string, value: unknown, sight: Sight): Evaluate {
  if (typeof value === 'string') return readText(reader, path, value, sight);
  if (Array.isArray(value)) {
    const items = readAll(reader, path, value, sight);
    return (scope) => items.map((item) => item(scope));
  }
  if (!isObject(value)) return constant(value);
  const keys = Object.keys(value);
  const name = keys.find((key) => key.startsWith('$'));
  if (name === undefined) return readFields(reader, path, value, sight);
  const operator = OPERATORS.get(name);
  if (operator !== undefined && keys.length === 1)
    return operator(reader, at(path, name), value[name], sight);
  refuseOperation(reader, path, name, operator === undefined);
  return nothing;
}

/** Reads an expression that is to be true or false. */
export function readCondition(reader: Reader, path: string, value: unknown, sight: Sight): Evaluate {
  const wrong =
    value === null || typeof value === 'number' || Array.isArray(value)
      ? true
      : typeof value === 'string'
        ? !/^\$(\.|$)/.test(value)
        : isObject(value) && (Object.keys(value)[0] === '$text' || !Object.keys(value)[0]?.startsWith('$'));
  if (wrong) {
    const example = 'write a condition such as { "$eq": ["$.input.kind", "book"] }';
    reader.problems.add(path, `${shown(value)} is neither true nor false`, example);
    return nothing;
  }
  return readExpression(reader, path, value, sight);
}

/** True for what depends on what a step sees. */
export function isComputed(value: unknown): boolean {
  if (typeof value === 'string') return /^\$(\.|$)/.test(value);
  return isObject(value) && Object.keys(value).some((key) => key.startsWith('$') && key !== '$param');
}

function constant(value: unknown): Evaluate {
  return () => value;
}

function readAll(
  reader: Reader,
  path: string,
  values: readonly unknown[],
  sight: Sight,
  conditions = false,
): readonly Evaluate[] {
  const read = conditions ? readCondition : readExpression;
  return values.map((value, index) => read(reader, at(path, index), value, sight));
}

function readFields(reader: Reader, path: string, value: JsonObject, sight: Sight): Evaluate {
  const fields = Object.entries(value).map(
    ([key, item]) => [key, readExpression(reader, at(path, key), item, sight)] as const,
  );
  // Unlike an assignment it makes `__proto__` a key like any other.
  return (scope) => Object.fromEntries(fields.map(([key, item]) => [key, item(scope)]));
}

function readText(reader: Reader, path: string, text: string, sight: Sight): Evaluate {
  if (text === '$') return (scope) => scope;
  if (text.startsWith('$$')) return constant(text.slice(1));
  return text.startsWith('$.') ? readReference(reader, path, text.slice(2), sight) : constant(text);
}

/** @param way `web.facts.0`, or an array of keys where one has a dot in it. */
function readReference(reader: Reader, path: string, way: unknown, sight: Sight): Evaluate {
  const { problems, steps } = reader;
  const keys = typeof way === 'string' ? way.replace(/^\$\./, '').split('.') : way;
  if (
    !Array.isArray(keys) ||
    keys.length === 0 ||
    keys.some((key) => typeof key !== 'string' || key === '')
  ) {
    problems.add(path, `${shown(way)} is no reference`, 'write "$.step.key", or { "$ref": ["step", "key"] }');
    return nothing;
  }
  const [first] = keys as string[];
  if (!sight.names.has(first!)) {
    const seen = [...sight.names].slice(0, 10).join(', ');
    if (sight.growing && steps.has(first!))
      problems.add(
        path,
        `it does not see the step ${shown(first)}`,
        `put ${shown(first)} into its \`after\``,
      );
    else problems.unknownName(path, 'name', first!, sight.names, `it sees ${seen === '' ? 'nothing' : seen}`);
    return nothing;
  }
  return (scope) => {
    let value: unknown = scope;
    for (const key of keys as string[]) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
      value = (value as Scope)[key];
    }
    return value;
  };
}

function refuseOperation(reader: Reader, path: string, name: string, unknown: boolean): void {
  const { problems } = reader;
  if (name === '$code')
    problems.add(path, 'code stood here, which data cannot carry', 'write an expression in its place');
  else if (unknown)
    problems.unknownName(at(path, name), 'operator', name, OPERATOR_NAMES, 'put data into { "$literal": … }');
  else problems.add(path, `${name} stands with other keys`, 'give each operator an object of its own');
}

/** Equal as JSON, whatever the order of keys. */
function equal(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object') return false;
  return agreementText(left) === agreementText(right);
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : agreementText(value);
}
