import { setImmediate as breathe } from 'node:timers/promises';
import type { CheckResult, Finding, Place } from '../facts.ts';
import type { Shelf } from '../shelf.ts';
import { count } from '../words.ts';
import { toResult } from './result.ts';

/** The lines of one file, hashed; 0 is a line that says nothing. */
export interface LinedFile {
  readonly path: string;
  readonly hashes: Int32Array;
}

/** Lines that stand in several places. */
export interface Passage {
  /** How many lines say something. */
  readonly lines: number;
  /** The first is the one that all others repeat. */
  readonly places: readonly Place[];
}

/** Lines in a row, of those that say something, from which a repetition counts. */
const WINDOW = { prose: 5, code: 10 } as const;

/** Finds passages that stand more than once: prose is compared with prose, everything else with its like. */
export async function checkDuplicates(shelf: Shelf, signal?: AbortSignal): Promise<CheckResult> {
  const prose = await findPassages(shelf.of('markdown'), WINDOW.prose, signal);
  const code = await findPassages(shelf.of('source', 'text'), WINDOW.code, signal);
  const { uncompared } = shelf.counts;
  const remarks =
    uncompared > 0 ? [`${count(uncompared, 'file')} beyond the limit of lines not compared`] : [];
  return toResult([...prose, ...code].flatMap(toFinding), remarks);
}

function toFinding({ lines, places: [first, ...copies] }: Passage): Finding[] {
  if (!first) return [];
  const where = copies.length === 1 ? 'one other place' : `${copies.length} other places`;
  return [
    {
      kind: 'duplicate',
      severity: lines >= 30 ? 'medium' : 'low',
      path: first.path,
      line: first.line,
      endLine: first.endLine,
      message: `${count(lines, 'line')} stand in ${where} too`,
      weight: lines * copies.length,
      also: copies,
    },
  ];
}

/**
 * Finds every run of at least `window` lines that stands earlier too, each pair once and as long as it goes on
 * at both ends; pairs with the same first place are one passage. Of several earlier places the first counts.
 *
 * One table of window positions (Rabin-Karp with exact comparison) and two numbers a line: 16 bytes a line.
 */
export async function findPassages(
  files: readonly LinedFile[],
  window: number,
  signal?: AbortSignal,
): Promise<Passage[]> {
  const text = new JoinedText(files);
  const table = new WindowTable(text.hashes, window);
  const found = new Map<string, { start: number; length: number; copies: number[] }>();
  for (let at = 0, steps = 1; at + window <= text.length; steps++) {
    if (steps % 50_000 === 0) {
      await breathe();
      signal?.throwIfAborted();
    }
    const earlier = table.findOrAdd(at);
    const run = earlier === undefined ? undefined : text.extend(earlier, at);
    if (!run || run.length < window) {
      at += 1;
      continue;
    }
    const { start, copy, length } = run;
    const passage = found.get(`${start}+${length}`) ?? { start, length, copies: [] };
    passage.copies.push(copy);
    found.set(`${start}+${length}`, passage);
    // The next window that could tell something new is the first one which goes beyond the run.
    at = Math.max(at, copy + length - window) + 1;
  }
  return [...found.values()].map(({ start, length, copies }) => ({
    lines: length,
    places: [start, ...copies].map((from) => text.place(from, length)),
  }));
}

/** The lines that say something, of all files in a row, with a 0 between files so that no run crosses. */
class JoinedText {
  readonly hashes: Int32Array;
  readonly length: number;
  readonly #lineNumbers: Int32Array;
  readonly #starts: number[] = [];
  readonly #files: readonly LinedFile[];

  constructor(files: readonly LinedFile[]) {
    const most = files.reduce((sum, { hashes }) => sum + hashes.length + 1, 0);
    this.hashes = new Int32Array(most);
    this.#lineNumbers = new Int32Array(most);
    this.#files = files;
    let length = 0;
    for (const file of files) {
      this.#starts.push(length);
      file.hashes.forEach((hash, index) => {
        if (hash === 0) return;
        this.hashes[length] = hash;
        this.#lineNumbers[length] = index + 1;
        length += 1;
      });
      length += 1;
    }
    this.length = length;
  }

  /** Follows two equal lines to both sides as far as the lines are equal and the two do not overlap. */
  extend(earlier: number, later: number): { start: number; copy: number; length: number } {
    const { hashes } = this;
    const distance = later - earlier;
    const isSame = (at: number): boolean => hashes[at] !== 0 && hashes[at] === hashes[at + distance];
    let end = earlier;
    while (end - earlier < distance && isSame(end)) end += 1;
    let start = earlier;
    while (start > 0 && end - start < distance && isSame(start - 1)) start -= 1;
    return { start, copy: start + distance, length: end - start };
  }

  place(from: number, length: number): Place {
    let low = 0;
    for (let high = this.#starts.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= from) low = middle;
      else high = middle;
    }
    const line = this.#lineNumbers[from] ?? 0;
    return {
      path: this.#files[low]?.path ?? '',
      line,
      endLine: this.#lineNumbers[from + length - 1] ?? line,
    };
  }
}

/** Remembers where each window of lines stood first. Open addressing in one typed array. */
class WindowTable {
  readonly #hashes: Int32Array;
  readonly #window: number;
  readonly #slots: Int32Array;

  constructor(hashes: Int32Array, window: number) {
    this.#hashes = hashes;
    this.#window = window;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * hashes.length + 2)));
  }

  /** Where the window at `at` stood before; undefined when it is new, and now known, or crosses files. */
  findOrAdd(at: number): number | undefined {
    let key = 0;
    for (let index = at; index < at + this.#window; index++) {
      const hash = this.#hashes[index] ?? 0;
      if (hash === 0) return undefined;
      key = Math.imul(key ^ hash, 0x9e3779b1) ^ (key >>> 15);
    }
    const mask = this.#slots.length - 1;
    for (let slot = (key ^ (key >>> 16)) & mask; ; slot = (slot + 1) & mask) {
      const taken = this.#slots[slot] ?? 0;
      if (taken === 0) {
        this.#slots[slot] = at + 1;
        return undefined;
      }
      if (this.#isSame(taken - 1, at)) return taken - 1;
    }
  }

  #isSame(a: number, b: number): boolean {
    for (let offset = 0; offset < this.#window; offset++) {
      if (this.#hashes[a + offset] !== this.#hashes[b + offset]) return false;
    }
    return true;
  }
}
