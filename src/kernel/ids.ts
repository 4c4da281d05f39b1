import { nanoid } from 'nanoid';

/** A random id that is safe to show, to store and to put into a URL. */
export function randomId(): string {
  return nanoid(12);
}

/**
 * Ids of one owner: a random prefix, made when the first id is wanted, and a counter.
 *
 * Unique over processes by the prefix and within the owner by the counter, at the price of a counter.
 */
export class IdSequence {
  readonly #source: { id(): string };
  #prefix: string | undefined;
  #last = 0;

  constructor(source: { id(): string }) {
    this.#source = source;
  }

  /** The next number, for objects that make their id text only when somebody asks. */
  next(): number {
    return ++this.#last;
  }

  /** The id text of `number`, such as `task-V1StGXR8_Z5j-1a`. */
  text(kind: string, number: number): string {
    this.#prefix ??= this.#source.id();
    return `${kind}-${this.#prefix}-${number.toString(36)}`;
  }

  /** The number whose text {@link text} made; undefined for any other text. */
  parse(kind: string, text: string): number | undefined {
    const number = Number.parseInt(text.slice(text.lastIndexOf('-') + 1), 36);
    return this.#prefix !== undefined && text === this.text(kind, number) ? number : undefined;
  }
}
