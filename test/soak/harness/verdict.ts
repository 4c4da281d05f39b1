import { availableParallelism } from 'node:os';
import process from 'node:process';
import { table } from '../../../bench/harness/table.ts';

/** A sentence that must hold, and what was seen. */
interface Promised {
  readonly sentence: string;
  readonly holds: boolean;
  readonly seen: string;
}

/** What a script prints as JSON. */
export interface VerdictRecord {
  readonly title: string;
  readonly node: string;
  readonly cores: number;
  /** Numbers by what they count. */
  readonly figures: Readonly<Record<string, number>>;
  /** The promises that do not hold, and what was seen; empty when all is well. */
  readonly broken: readonly string[];
}

/** What a script found: figures to read, and promises that hold or do not. */
export class Verdict {
  readonly #title: string;
  readonly #figures: [name: string, value: number][] = [];
  readonly #promised: Promised[] = [];

  constructor(title: string) {
    this.#title = title;
  }

  /** Notes a number for people. */
  figure(name: string, value: number): void {
    this.#figures.push([name, value]);
  }

  /** Notes whether `sentence` holds, and what was `seen`. */
  promise(sentence: string, holds: boolean, seen: number | string): void {
    this.#promised.push({ sentence, holds, seen: String(seen) });
  }

  /** Notes that `seen` must be exactly `wanted`. */
  equal(sentence: string, seen: number, wanted: number): void {
    this.promise(sentence, seen === wanted, seen === wanted ? seen : `${seen}, not ${wanted}`);
  }

  /** Prints everything; the process will end with 1 when a promise does not hold. */
  print(json: boolean): void {
    const record = this.#record();
    if (record.broken.length > 0) process.exitCode = 1;
    if (json) {
      console.log(JSON.stringify(record));
      return;
    }
    console.log(
      `${this.#title}: Node ${record.node}, ${process.platform} ${process.arch}, ${record.cores} cores\n`,
    );
    console.log(
      table(
        ['figure', 'value'],
        this.#figures.map(([name, value]) => [name, digits(value)]),
      ),
    );
    console.log();
    const rows = this.#promised.map(({ sentence, holds, seen }) => [sentence, holds ? 'yes' : 'NO', seen]);
    console.log(table(['promise', 'holds', 'seen'], rows));
    console.log(
      record.broken.length === 0 ? '\nevery promise holds' : `\nBROKEN: ${record.broken.join('; ')}`,
    );
  }

  #record(): VerdictRecord {
    return {
      title: this.#title,
      node: process.version,
      cores: availableParallelism(),
      figures: Object.fromEntries(this.#figures),
      broken: this.#promised
        .filter(({ holds }) => !holds)
        .map(({ sentence, seen }) => `${sentence}: ${seen}`),
    };
  }
}

function digits(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(2);
}
