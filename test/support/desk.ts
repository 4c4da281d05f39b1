/** One call of a handler that waits for the test to end it. */
export interface Job<I, C> {
  readonly input: I;
  readonly context: C;
  /** Lets the handler return `output`. */
  finish(output?: unknown): void;
  /** Lets the handler reject with `error`. */
  fail(error: unknown): void;
}

/** A handler that works only when the test says so: every call of `handle` waits in `jobs` until it is ended. */
export class Desk<I = unknown, C = { readonly signal: AbortSignal }> {
  /** Every call so far, in the order of the calls. */
  readonly jobs: Job<I, C>[] = [];
  /** The most calls that were open at one moment. */
  peak = 0;
  readonly #open = new Set<Job<I, C>>();

  /** Ignores the signal; for an agent or a responder. */
  readonly handle = (input: I, context: C): Promise<unknown> => {
    const { promise, resolve: finish, reject: fail } = Promise.withResolvers<unknown>();
    const job: Job<I, C> = { input, context, finish, fail };
    this.jobs.push(job);
    this.#open.add(job);
    this.peak = Math.max(this.peak, this.open);
    return promise.finally(() => this.#open.delete(job));
  };

  /** Like {@link handle}, and ends with the signal's reason as soon as the signal aborts. */
  readonly obey = (input: I, context: C & { readonly signal: AbortSignal }): Promise<unknown> => {
    const work = this.handle(input, context);
    const job = this.job(this.jobs.length - 1);
    context.signal.addEventListener('abort', () => job.fail(context.signal.reason));
    return work;
  };

  /** How many calls have not ended. */
  get open(): number {
    return this.#open.size;
  }

  /** The calls that have not ended, in the order of the calls. */
  get openJobs(): Job<I, C>[] {
    return [...this.#open];
  }

  /** The inputs of all calls. */
  get inputs(): I[] {
    return this.jobs.map(({ input }) => input);
  }

  /** The call of that number, from 0; negative numbers count from the last. */
  job(index: number): Job<I, C> {
    const job = this.jobs.at(index);
    if (job === undefined) throw new Error(`there is no job ${index}, there are ${this.jobs.length}`);
    return job;
  }
}
