import type { RunHistory } from './history.ts';

/**
 * When the steps of a run started and ended, in the times of its history.
 *
 * A run gets on without knowing. It is read off the history when somebody asks, each entry once.
 */
export class StepTimes {
  readonly #history: RunHistory;
  readonly #starts: (number | undefined)[];
  readonly #ends: (number | undefined)[];
  /** Entries that have been read. */
  #read = 0;

  /** @param steps How many steps the run has. */
  constructor(history: RunHistory, steps: number) {
    this.#history = history;
    this.#starts = new Array(steps);
    this.#ends = new Array(steps);
  }

  /** When its first attempt started; undefined when none did. */
  startOf(step: number): number | undefined {
    this.#catchUp();
    return this.#starts[step];
  }

  /** When it ended; undefined until then, and for a step that never started and went with its run. */
  endOf(step: number): number | undefined {
    this.#catchUp();
    return this.#ends[step];
  }

  #catchUp(): void {
    while (this.#read < this.#history.size) {
      const { type, at, step } = this.#history.entry(this.#read++);
      if (type === 'step.started') this.#starts[step] ??= at;
      // All else that happens to a step, but for a retry, is its end.
      else if (step >= 0 && type !== 'step.retried') this.#ends[step] = at;
    }
  }
}
