/** What can stand in one {@link RunList} at a time. The links belong to the list. */
export interface Listed<R> {
  previousListed: R | undefined;
  nextListed: R | undefined;
}

/**
 * Runs in the order in which they were added.
 *
 * Linked by themselves: a Map through which many runs pass leaves old tables behind that keep dead runs from the
 * young generation's garbage collection.
 */
export class RunList<R extends Listed<R>> {
  #first: R | undefined;
  #last: R | undefined;
  #size = 0;

  get first(): R | undefined {
    return this.#first;
  }

  get size(): number {
    return this.#size;
  }

  add(run: R): void {
    run.previousListed = this.#last;
    if (this.#last === undefined) this.#first = run;
    else this.#last.nextListed = run;
    this.#last = run;
    this.#size++;
  }

  /** @param run One that stands in this list. */
  remove(run: R): void {
    const { previousListed, nextListed } = run;
    if (previousListed === undefined) this.#first = nextListed;
    else previousListed.nextListed = nextListed;
    if (nextListed === undefined) this.#last = previousListed;
    else nextListed.previousListed = previousListed;
    run.previousListed = undefined;
    run.nextListed = undefined;
    this.#size--;
  }

  *[Symbol.iterator](): Generator<R> {
    for (let run = this.#first; run !== undefined; run = run.nextListed) yield run;
  }
}
