/** What one call came to: its output, or the code and the facts of its error. */
export type Outcome = { readonly output: unknown } | { readonly conflict: readonly [string, number, number] };

interface ModelStream {
  last: number;
  base: number;
  snapshot: string | undefined;
  entries: string[];
}

interface ModelRecord {
  text: string;
  revision: number;
  dueAt: number;
}

interface List {
  readonly prefix: string;
  readonly after: string;
  readonly limit: number;
}

const conflict = (key: string, expected: number, actual: number): Outcome => ({
  conflict: [key, expected, actual],
});

/** A store as one would explain it: plain maps, everything looked through, nothing clever. */
export class StoreModel {
  readonly told: { key: string; text: string | undefined; revision: number }[] = [];
  readonly #streams = new Map<string, ModelStream>();
  readonly #records = new Map<string, ModelRecord>();
  #revision = 0;

  append(stream: string, expected: number, entries: readonly string[]): Outcome {
    const found = this.#stream(stream);
    if (found.last !== expected) return conflict(stream, expected, found.last);
    const added = { ...found, last: expected + entries.length, entries: [...found.entries, ...entries] };
    if (entries.length > 0) this.#streams.set(stream, added);
    return { output: added.last };
  }

  read(stream: string, after: number, limit: number): Outcome {
    const { last, base, snapshot, entries } = this.#stream(stream);
    const places = entries.map((text, place) => ({ text, sequence: base + place + 1 }));
    const wanted = places.filter(({ sequence }) => sequence > after);
    const output = {
      last,
      snapshot: snapshot !== undefined && after < base ? { sequence: base, text: snapshot } : undefined,
      first: wanted[0]?.sequence ?? last + 1,
      entries: wanted.slice(0, limit).map(({ text }) => text),
    };
    return { output };
  }

  truncate(stream: string, sequence: number, snapshot: string): Outcome {
    const found = this.#stream(stream);
    if (sequence > found.last) return conflict(stream, sequence, found.last);
    if (sequence < found.base) return conflict(stream, sequence, found.base);
    const entries = found.entries.filter((_, place) => found.base + place + 1 > sequence);
    this.#streams.set(stream, { last: found.last, base: sequence, snapshot, entries });
    return { output: undefined };
  }

  deleteStream(stream: string, expected: number): Outcome {
    const { last } = this.#stream(stream);
    if (last !== expected) return conflict(stream, expected, last);
    this.#streams.delete(stream);
    return { output: undefined };
  }

  streams(list: List): Outcome {
    const output = listed(this.#streams.keys(), list).map((stream) => {
      const { last, entries } = this.#stream(stream);
      return { stream, last, entry: entries.at(-1) };
    });
    return { output };
  }

  get(key: string, now: number): Outcome {
    this.#expire(now);
    return { output: this.#shown(key) };
  }

  create(key: string, text: string, dueAt: number, now: number): Outcome {
    this.#expire(now);
    const there = this.#records.get(key);
    return there ? conflict(key, 0, there.revision) : this.#write(key, text, dueAt);
  }

  update(key: string, text: string, revision: number, dueAt: number, now: number): Outcome {
    this.#expire(now);
    const actual = this.#records.get(key)?.revision ?? 0;
    return actual === revision ? this.#write(key, text, dueAt) : conflict(key, revision, actual);
  }

  delete(key: string, revision: number | undefined, now: number): Outcome {
    this.#expire(now);
    const there = this.#records.get(key);
    if (revision !== undefined && there?.revision !== revision) {
      return conflict(key, revision, there?.revision ?? 0);
    }
    if (there !== undefined) this.#remove(key);
    return { output: there !== undefined };
  }

  records(list: List, now: number): Outcome {
    this.#expire(now);
    return { output: listed(this.#records.keys(), list).map((key) => this.#shown(key)) };
  }

  /** The sequence of the last entry of a stream. */
  last(stream: string): number {
    return this.#stream(stream).last;
  }

  /** The revision of a record, were it not for the time. */
  revision(key: string): number | undefined {
    return this.#records.get(key)?.revision;
  }

  #stream(stream: string): ModelStream {
    return this.#streams.get(stream) ?? { last: 0, base: 0, snapshot: undefined, entries: [] };
  }

  #shown(key: string): unknown {
    const record = this.#records.get(key);
    return record && { key, text: record.text, revision: record.revision };
  }

  #write(key: string, text: string, dueAt: number): Outcome {
    const revision = ++this.#revision;
    this.#records.set(key, { text, revision, dueAt });
    this.told.push({ key, text, revision });
    return { output: revision };
  }

  #remove(key: string): void {
    this.#records.delete(key);
    this.told.push({ key, text: undefined, revision: ++this.#revision });
  }

  #expire(now: number): void {
    const due = [...this.#records].filter(([, { dueAt }]) => dueAt <= now);
    for (const [key] of due.sort(([, a], [, b]) => a.dueAt - b.dueAt)) this.#remove(key);
  }
}

function listed(keys: Iterable<string>, { prefix, after, limit }: List): string[] {
  return [...keys]
    .filter((key) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0)
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .slice(0, limit);
}
