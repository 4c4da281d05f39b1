import type { FileFacts } from './facts.ts';

/** Lines the shelf keeps for comparison, four bytes each, unless told otherwise. */
const MOST_LINES = 4_000_000;

/** What lies on a shelf, in numbers. */
export interface Counts {
  readonly files: number;
  readonly bytes: number;
  readonly lines: number;
  /** Files whose lines were too many to keep for comparison. */
  readonly uncompared: number;
}

/**
 * Where the facts of all files lie until the checks look at them. What lies here is large, so it stays here;
 * what travels from step to step is small.
 *
 * Files arrive in any order and are handed out by path, so a review does not depend on who read faster.
 */
export class Shelf {
  readonly #mostLines: number;
  readonly #files = new Map<string, FileFacts>();
  #counts: Counts = { files: 0, bytes: 0, lines: 0, uncompared: 0 };

  /** @param mostLines lines kept for comparison over all files; the lines of files beyond are forgotten. */
  constructor(mostLines: number = MOST_LINES) {
    this.#mostLines = mostLines;
  }

  /** How much lies here. */
  get counts(): Counts {
    return this.#counts;
  }

  /** Puts the facts of one file on the shelf. */
  add(facts: FileFacts): void {
    const { files, bytes, lines, uncompared } = this.#counts;
    const added = 'hashes' in facts ? facts.hashes.length : 0;
    const isTooMuch = lines + added > this.#mostLines;
    this.#files.set(
      facts.path,
      isTooMuch && 'hashes' in facts ? { ...facts, hashes: new Int32Array() } : facts,
    );
    this.#counts = {
      files: files + 1,
      bytes: bytes + facts.size,
      lines: lines + added,
      uncompared: uncompared + Number(isTooMuch && added > 0),
    };
  }

  /** The facts of one file, if it lies here. */
  get(path: string): FileFacts | undefined {
    return this.#files.get(path);
  }

  /** All files of the given kinds, by path. */
  of<Kind extends FileFacts['kind']>(...kinds: readonly Kind[]): Extract<FileFacts, { kind: Kind }>[] {
    const wanted: ReadonlySet<string> = new Set(kinds);
    const isWanted = (facts: FileFacts): facts is Extract<FileFacts, { kind: Kind }> =>
      wanted.has(facts.kind);
    return [...this.#files.values()].filter(isWanted).sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}
