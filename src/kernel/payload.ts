import { CadreError } from './errors.ts';

/** A value cannot be stored: it would come back as something else, or it is too large. Nothing was changed. */
export class UnstorableError extends CadreError<'UNSTORABLE'> {
  readonly code = 'UNSTORABLE' as const;
  /** What the value was, such as `output of step "web"`. */
  readonly what: string;
  /** Where in the value, such as `facts.0.source`; empty for the value itself. */
  readonly path: string;
  /** What is wrong there. */
  readonly reason: string;

  constructor(what: string, path: string, reason: string, cause?: unknown) {
    super(`The ${what} cannot be stored${path === '' ? '' : ` at ${path}`}: ${reason}`, { cause });
    this.what = what;
    this.path = path;
    this.reason = reason;
  }
}

/** Deeper than anybody's data, and far from the end of the stack. */
const DEEPEST = 500;

/** Beyond so many characters V8 has no text. */
const LONG = 2 ** 28;

/** From so many bytes on. */
const MANY = 1_000;

/** The key under which an encoded object says what it stands for. */
const TAG = '$';

/**
 * Looks whether a value can be stored: whether it would come back equal.
 *
 * What JSON carries, and also `undefined`, every number, bigints, `Date`, `Map`, `Set` and `Uint8Array`, at any depth
 * up to 500. Not functions, symbols, promises, instances of any other class, whatever has keys that are symbols or hidden,
 * lists and the like with keys of their own, lists with gaps, and nothing that contains itself. An object that is in the
 * value twice comes back as two; one without a prototype comes back with the ordinary one.
 *
 * @param what Says what the value is, for the error.
 * @param limit How large it may be: about the characters of its JSON text.
 * @throws UnstorableError naming the first place that is wrong.
 */
export function checkPayload(what: () => string, value: unknown, limit: number): void {
  if (!isFlat(value)) new Walk(what, limit, false).take(value);
}

/** A number, a boolean, null or undefined: can be stored whatever it is. */
export function isFlat(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean' || value === undefined || value === null;
}

/** The text that {@link decodePayload} makes the value from again. @throws UnstorableError like {@link checkPayload} */
export function encodePayload(what: () => string, value: unknown, limit: number): string {
  return JSON.stringify(new Walk(what, limit, true).take(value));
}

/** The value that was encoded. */
export function decodePayload(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return text.includes('"$"') ? untagged(value) : value;
}

/** The value of a part of a text that was parsed already. @param text The whole text. */
export function revivePayload(text: string, parsed: unknown): unknown {
  return text.includes('"$"') ? untagged(parsed) : parsed;
}

/** One walk through a value, which looks at everything once: what is seen is what is stored. */
class Walk {
  readonly #what: () => string;
  readonly #limit: number;
  /** Whether it makes a copy of what it sees that JSON carries. */
  readonly #copies: boolean;
  #size = 0;
  #depth = 0;
  /** The keys on the way to where it is. */
  readonly #path: (string | number)[] = [];
  #refusal: UnstorableError | undefined;

  constructor(what: () => string, limit: number, copies: boolean) {
    this.#what = what;
    this.#limit = limit;
    this.#copies = copies;
  }

  /** @returns The copy, if one is made. */
  take(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
        this.#add(value.length + 2);
        return value;
      case 'number':
        this.#add(8);
        if (Number.isFinite(value) && !Object.is(value, -0)) return value;
        return { [TAG]: 'number', v: Object.is(value, -0) ? '-0' : String(value) };
      case 'boolean':
        this.#add(5);
        return value;
      case 'undefined':
        this.#add(9);
        return { [TAG]: 'undefined' };
      case 'bigint':
        // Beyond that its text alone would take longer than all else.
        if (this.#limit < LONG && BigInt.asIntN(4 * this.#limit, value) !== value)
          this.#refuse(this.#tooLarge);
        return { [TAG]: 'bigint', v: this.#takeDigits(String(value)) };
      case 'object':
        this.#add(value === null ? 4 : 2);
        return value === null ? null : this.#takeObject(value);
      default:
        return this.#refuse(`a ${typeof value} is no data`);
    }
  }

  #takeObject(value: object): unknown {
    if (this.#depth > DEEPEST) this.#refuse(`it is nested deeper than ${DEEPEST}, or contains itself`);
    this.#depth++;
    try {
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype === Array.prototype) return this.#takeList(value as unknown[]);
      if (isPlain(prototype)) return this.#takeFields(value as Record<string, unknown>);
      return this.#takeInstance(value, prototype);
    } catch (error) {
      if (error === this.#refusal) throw error;
      return this.#refuse('it cannot be read', error);
    } finally {
      this.#depth--;
    }
  }

  #takeList(items: readonly unknown[]): readonly unknown[] {
    const { length } = items;
    if (length > this.#limit - this.#size) {
      this.#path.push(this.#limit - this.#size);
      this.#refuse(this.#tooLarge);
    }
    // Beside its items a list has its length.
    const keys = Reflect.ownKeys(items).length - 1;
    if (keys > length) this.#refuse('the list has keys beside its items');
    if (keys < length) {
      this.#path.push(firstGap(items));
      this.#refuse('the list has a gap');
    }
    const copy: unknown[] = [];
    for (let index = 0; index < length; index++) this.#takePart(index, items, copy);
    return copy;
  }

  #takeFields(fields: Readonly<Record<string, unknown>>): unknown {
    const keys = Object.keys(fields);
    // What speaks for itself, or does not let itself be asked.
    if (!Object.hasOwn(fields, 'toJSON') && fields['toJSON'] !== undefined)
      this.#refuse('it has a toJSON of its own');
    if (Reflect.ownKeys(fields).length !== keys.length) this.#refuse('a key is a symbol or hidden');
    // Without a prototype `__proto__` is a key like any other.
    const copy: Record<string, unknown> = Object.create(null);
    for (const key of keys) {
      this.#add(key.length + 4);
      this.#takePart(key, fields, copy);
    }
    return Object.hasOwn(copy, TAG) || keys.includes(TAG) ? { [TAG]: 'object', v: copy } : copy;
  }

  /** Keys and values in turn. */
  #takeEntries(entries: readonly (readonly [unknown, unknown])[]): unknown {
    const parts = this.#takeList(entries.flat(1));
    return entries.map((_, place) => [parts[2 * place], parts[2 * place + 1]]);
  }

  #takePart(key: string | number, whole: object, copy: object): void {
    this.#path.push(key);
    const part = this.take((whole as Record<string | number, unknown>)[key]);
    if (this.#copies) (copy as Record<string | number, unknown>)[key] = part;
    this.#path.pop();
  }

  #takeInstance(value: object, prototype: unknown): unknown {
    this.#add(20);
    switch (prototype) {
      case Date.prototype:
        this.#demandBare(value);
        return { [TAG]: 'date', v: Date.prototype.getTime.call(value) };
      case Set.prototype:
        this.#demandBare(value);
        this.#demandRoom((value as Set<unknown>).size);
        return { [TAG]: 'set', v: this.#takeList([...setValues(value)]) };
      case Map.prototype:
        this.#demandBare(value);
        this.#demandRoom(2 * (value as Map<unknown, unknown>).size);
        return { [TAG]: 'map', v: this.#takeEntries([...mapEntries(value)]) };
      case Uint8Array.prototype: {
        const bytes = Buffer.from(Uint8Array.prototype.slice.call(value));
        this.#add(Math.ceil(bytes.length / 3) * 4);
        // The keys of many bytes are as many texts, and nobody gives one more to them.
        if (bytes.length < MANY && Reflect.ownKeys(value).length !== bytes.length)
          this.#refuse('it has keys of its own');
        return { [TAG]: 'bytes', v: this.#copies ? bytes.toString('base64') : '' };
      }
      default: {
        const name: unknown = value.constructor?.name;
        return this.#refuse(
          `an instance of ${typeof name === 'string' && name !== '' ? name : 'a class'} is no data`,
        );
      }
    }
  }

  #takeDigits(digits: string): string {
    this.#add(digits.length + 20);
    return digits;
  }

  #demandBare(value: object): void {
    if (Reflect.ownKeys(value).length > 0) this.#refuse('it has keys of its own');
  }

  #add(size: number): void {
    this.#size += size;
    if (this.#size > this.#limit) this.#refuse(this.#tooLarge);
  }

  /** So many parts take so many characters at least. */
  #demandRoom(parts: number): void {
    if (this.#size + parts > this.#limit) this.#refuse(this.#tooLarge);
  }

  get #tooLarge(): string {
    return `it is larger than ${this.#limit} characters`;
  }

  #refuse(reason: string, cause?: unknown): never {
    this.#refusal = new UnstorableError(this.#what(), shown(this.#path), reason, cause);
    throw this.#refusal;
  }
}

function firstGap(items: readonly unknown[]): number {
  let index = 0;
  while (index < items.length && index in items) index++;
  return index;
}

/** Like those of the prototype, whatever keys somebody gave to the instance. */
const setValues = (value: object): Iterable<unknown> => Set.prototype.values.call(value);
const mapEntries = (value: object): Iterable<[unknown, unknown]> => Map.prototype.entries.call(value);

/** Of a way that is long only the beginning. */
function shown(path: readonly (string | number)[]): string {
  return path.length > 20 ? `${path.slice(0, 12).join('.')}.…` : path.join('.');
}

/** That of an object as `{}` makes it, in this realm or another, none, or one that has nothing itself. */
function isPlain(prototype: unknown): boolean {
  if (prototype === null || prototype === Object.prototype) return true;
  if (Object.getPrototypeOf(prototype) !== null) return false;
  return (
    Object.hasOwn(prototype as object, 'isPrototypeOf') || Reflect.ownKeys(prototype as object).length === 0
  );
}

/** Puts what the tags stand for in their place, within what was parsed. */
function untagged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) value[index] = untagged(value[index]);
    return value;
  }
  const fields = value as Record<string, unknown>;
  if (!Object.hasOwn(fields, TAG)) return reviveFields(fields);
  const { v } = fields;
  switch (fields[TAG]) {
    case 'number':
      return Number(v);
    case 'undefined':
      return undefined;
    case 'bigint':
      return BigInt(v as string);
    case 'date':
      return new Date(v === null ? Number.NaN : (v as number));
    case 'bytes':
      return new Uint8Array(Buffer.from(v as string, 'base64'));
    case 'set':
      return new Set((v as unknown[]).map(untagged));
    case 'map':
      return new Map((v as [unknown, unknown][]).map(([key, item]) => [untagged(key), untagged(item)]));
    default:
      return reviveFields(v as Record<string, unknown>);
  }
}

function reviveFields(fields: Record<string, unknown>): unknown {
  for (const key of Object.keys(fields)) fields[key] = untagged(fields[key]);
  return fields;
}
