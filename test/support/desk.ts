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
  /** Calls that have not ended. */
  open = 0;
  /** The most calls that were open at one moment. */
  peak = 0;

  /** Ignores the signal; for an agent or a responder. */
  readonly handle = (input: I, context: C): Promise<unknown> => {
    this.open++;
    this.peak = Math.max(this.peak, this.open);
    return new Promise<unknown>((resolve, reject) => {
      this.jobs.push({ input, context, finish: resolve, fail: reject });
    }).finally(() => this.open--);
  };

  /** Like {@link handle}, and ends with the signal's reason as soon as the signal aborts. */
  readonly obey = (input: I, context: C & { readonly signal: AbortSignal }): Promise<unknown> => {
    const work = this.handle(input, context);
    const job = this.job(this.jobs.length - 1);
    context.signal.addEventListener('abort', () => job.fail(context.signal.reason));
    return work;
  };

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
