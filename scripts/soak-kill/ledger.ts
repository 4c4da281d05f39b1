import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** What a life wrote down of what it did, one line each. */
export type Line =
  /** A body of a step, or of an undo, began. */
  | { readonly what: 'begin'; readonly run: string; readonly step: string; readonly attempt: number }
  /** It came to its end. */
  | {
      readonly what: 'end';
      readonly run: string;
      readonly step: string;
      readonly attempt: number;
      readonly ok: boolean;
      readonly output?: unknown;
    }
  /** `run.accepted` resolved. */
  | { readonly what: 'accepted'; readonly run: string; readonly workflow: string; readonly input: number }
  /** `run.result` settled: the world knows how it ended. */
  | { readonly what: 'result'; readonly run: string; readonly ok: boolean; readonly output?: unknown }
  /** `run.sendSignal` resolved. */
  | { readonly what: 'sent'; readonly run: string }
  /** `resume` took a run up. */
  | { readonly what: 'took'; readonly run: string }
  /** `resume` left a run for another reason than that its owner lives, or a run was given up. */
  | { readonly what: 'lost'; readonly run: string; readonly why: string };

/** What the id of a step's undo is in the ledger. */
export const undoOf = (step: string): string => `${step}>undo`;

/**
 * The file of effects: what a life did, whether it is on record or not.
 *
 * Every line is one call of `write` at the end of the file. What `kill -9` ends has it in the page cache.
 */
export class Ledger {
  readonly #handle: number;

  constructor(file: string) {
    this.#handle = openSync(file, 'a');
  }

  /** Adds a line. */
  note(line: Line): void {
    writeSync(this.#handle, `${JSON.stringify(line)}\n`);
  }
}

/** Reads a ledger, life after life. */
export class LedgerReader {
  readonly #file: string;
  #read = 0;

  constructor(file: string) {
    this.#file = file;
    closeSync(openSync(file, 'a'));
  }

  /** The lines that have come since the last call. */
  next(): readonly Line[] {
    const handle = openSync(this.#file, 'a+');
    try {
      const chunks: Buffer[] = [];
      for (let got = 1; got > 0; ) {
        const chunk = Buffer.alloc(65_536);
        got = readSync(handle, chunk, 0, chunk.length, this.#read);
        this.#read += got;
        chunks.push(chunk.subarray(0, got));
      }
      const lines = Buffer.concat(chunks).toString().split('\n');
      // A line that the kill cut off; the next life must begin one of its own.
      if (lines.at(-1) !== '') this.#read += writeSync(handle, '\n');
      return lines.slice(0, -1).map((line) => JSON.parse(line) as Line);
    } finally {
      closeSync(handle);
    }
  }
}
