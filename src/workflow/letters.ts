/** A signal that was sent to a run. */
interface Letter {
  readonly name: string;
  readonly value: unknown;
  /** True when a schema has seen it. */
  readonly checked: boolean;
  /** The step that it is for, once there is one: its run and its id. */
  takenBy: string | undefined;
}

/** The signals that were received and not delivered yet, by number. Part of the state of a run, and changed like it. */
export class Letters {
  /** Signals that no step has taken. */
  untaken = 0;
  readonly #letters = new Map<number, Letter>();
  #last = 0;

  get(number: number): Letter | undefined {
    return this.#letters.get(number);
  }

  /** @returns The number of the signal. */
  received(name: string, value: unknown, checked: boolean): number {
    this.#letters.set(++this.#last, { name, value, checked, takenBy: undefined });
    this.untaken++;
    return this.#last;
  }

  taken(number: number, by: string): void {
    const letter = this.#letters.get(number);
    if (letter === undefined) return;
    letter.takenBy = by;
    this.untaken--;
  }

  /** The step that took it does not need it. */
  returned(number: number): void {
    const letter = this.#letters.get(number);
    if (letter === undefined) return;
    letter.takenBy = undefined;
    this.untaken++;
  }

  /** It is in the hands of the step that took it. */
  delivered(number: number): void {
    this.#letters.delete(number);
  }

  [Symbol.iterator](): IterableIterator<[number, Letter]> {
    return this.#letters.entries();
  }
}
