import { storeChecks } from './checks.ts';
import { ConflictError } from './errors.ts';
import { KeyOrder } from './key-order.ts';
import type { Journal, JournalHead, JournalPart, JournalReadOptions, ListOptions } from './store.ts';

interface Stream {
  /** What stands for the entries up to {@link base}. */
  snapshot: string | undefined;
  /** The sequence of the snapshot; 0 without one. */
  base: number;
  readonly entries: string[];
}

const NO_STREAM: Stream = Object.freeze({ snapshot: undefined, base: 0, entries: [] });

/** The journal of the memory store. */
export class MemoryJournal implements Journal {
  readonly #streams = new Map<string, Stream>();
  readonly #order = new KeyOrder(this.#streams);
  readonly #checkOpen: () => void;

  /** @param checkOpen Throws when the store is closed. */
  constructor(checkOpen: () => void) {
    this.#checkOpen = checkOpen;
  }

  async append(stream: string, expected: number, entries: readonly string[]): Promise<number> {
    const found = this.#find(stream);
    const texts = storeChecks.entries(entries);
    claimLast(stream, found, storeChecks.expected('Journal.append', expected));
    if (texts.length === 0) return expected;
    const target = found === NO_STREAM ? this.#make(stream) : found;
    for (const text of texts) target.entries.push(text);
    return lastOf(target);
  }

  async read(stream: string, options?: JournalReadOptions): Promise<JournalPart> {
    const { base, snapshot, entries } = this.#find(stream);
    const { after, limit } = storeChecks.readOptions(options);
    const last = base + entries.length;
    const skipped = Math.min(Math.max(after, base), last);
    return {
      last,
      snapshot: after < base ? { sequence: base, text: snapshot! } : undefined,
      first: skipped + 1,
      entries: entries.slice(skipped - base, skipped - base + limit),
    };
  }

  async truncate(stream: string, sequence: number, snapshot: string): Promise<void> {
    const found = this.#find(stream);
    storeChecks.place('Journal.truncate', 'sequence', sequence);
    const text = storeChecks.text('Journal.truncate', 'snapshot', snapshot);
    if (sequence > lastOf(found)) throw new ConflictError(stream, sequence, lastOf(found));
    if (sequence < found.base) throw new ConflictError(stream, sequence, found.base);
    found.entries.splice(0, sequence - found.base);
    found.base = sequence;
    found.snapshot = text;
  }

  async delete(stream: string, expected: number): Promise<void> {
    claimLast(stream, this.#find(stream), storeChecks.expected('Journal.delete', expected));
    if (this.#streams.delete(stream)) this.#order.removed();
  }

  async list(options?: ListOptions): Promise<readonly JournalHead[]> {
    this.#checkOpen();
    const keys = this.#order.select(storeChecks.listOptions('Journal.list', options));
    return keys.map((stream) => {
      const found = this.#streams.get(stream)!;
      return { stream, last: lastOf(found), entry: found.entries.at(-1) };
    });
  }

  /** Forgets everything. */
  clear(): void {
    this.#streams.clear();
    this.#order.removed();
  }

  #find(stream: string): Stream {
    this.#checkOpen();
    const found = this.#streams.get(stream);
    // A key that is in the map has been checked before.
    if (found === undefined) storeChecks.key(stream);
    return found ?? NO_STREAM;
  }

  #make(stream: string): Stream {
    const made: Stream = { snapshot: undefined, base: 0, entries: [] };
    this.#streams.set(stream, made);
    this.#order.added(stream);
    return made;
  }
}

function lastOf({ base, entries }: Stream): number {
  return base + entries.length;
}

function claimLast(stream: string, found: Stream, expected: number): void {
  const last = lastOf(found);
  if (last !== expected) throw new ConflictError(stream, expected, last);
}
