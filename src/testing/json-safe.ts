import { CadreError } from '../index.ts';

/** A value that JSON would lose or change; nothing of it was recorded. Trying again does not help. */
export class NotRecordableError extends CadreError<'NOT_RECORDABLE'> {
  readonly code = 'NOT_RECORDABLE' as const;
  /** Where the value stands, such as `input.when`. */
  readonly path: string;
  /** What it is, such as `an object of class Date`. */
  readonly found: string;

  constructor(path: string, found: string) {
    super(`The ${path} can not be recorded: it is ${found}, which JSON does not keep`);
    this.path = path;
    this.found = found;
  }
}

/**
 * A copy of `value` that JSON keeps as it is.
 *
 * @param path What the value is called in the error.
 * @throws NotRecordableError
 */
export function jsonCopy(value: unknown, path: string): unknown {
  check(value, path, []);
  return JSON.parse(JSON.stringify(value));
}

/** The same text for the same data, in whatever order the keys of its objects stand. Takes what {@link jsonCopy} gave. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}

function check(value: unknown, path: string, above: readonly object[]): void {
  if (typeof value === 'object' && value !== null) {
    if (above.includes(value)) throw new NotRecordableError(path, 'a part of itself');
    checkObject(value, path, [...above, value]);
    return;
  }
  const fault = faultOf(value);
  if (fault !== undefined) throw new NotRecordableError(path, fault);
}

function checkObject(value: object, path: string, above: readonly object[]): void {
  if (Object.getOwnPropertySymbols(value).length > 0)
    throw new NotRecordableError(path, 'an object with symbols');
  if (Array.isArray(value)) {
    if (Object.keys(value).some((key) => String(Number(key)) !== key))
      throw new NotRecordableError(path, 'an array with names');
    for (let index = 0; index < value.length; index++) check(value[index], `${path}.${index}`, above);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const name = (value.constructor as { name?: unknown } | undefined)?.name;
    throw new NotRecordableError(path, `an object of class ${String(name ?? 'unknown')}`);
  }
  if ('toJSON' in value && typeof value.toJSON === 'function')
    throw new NotRecordableError(path, 'an object with toJSON');
  for (const [key, item] of Object.entries(value)) check(item, `${path}.${key}`, above);
}

function faultOf(value: unknown): string | undefined {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return String(value);
    return Object.is(value, -0) ? '-0' : undefined;
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (value === undefined) return 'undefined';
  return `a ${typeof value}`;
}
