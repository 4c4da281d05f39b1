import type { Runtime } from './runtime.ts';
import { Scope } from './scope.ts';

/**
 * Something that gets exactly one outcome: an output, an error, a timeout or a cancellation.
 *
 * The first one counts. Whatever comes later is late: counted, and dropped.
 */
export abstract class Pending extends Scope {
  declare readonly runtime: Runtime;
  #result: Promise<unknown> | undefined;
  #resolve: ((output: unknown) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;
  #settled: 'fulfilled' | 'rejected' | undefined;
  #outcome: unknown;

  constructor(runtime: Runtime) {
    super(runtime);
  }

  /** The output has come, in time. */
  protected abstract fulfilled(output: unknown): void;
  /** It ended without an output: by an error, or by what stopped it. */
  protected abstract failed(error: unknown): void;
  /** An outcome came after the end. */
  protected late(): void {}

  /** The outcome. Made when somebody asks for it: an error that nobody asks for is no unhandled rejection. */
  get result(): Promise<unknown> {
    this.#result ??= this.#makeResult();
    return this.#result;
  }

  /** Offers an output. @param now The monotonic time, when it was read in this turn. */
  fulfil(output: unknown, now: number = this.runtime.tick()): void {
    if (this.#inTime(now)) this.fulfilled(output);
  }

  /** Offers an error. @param now The monotonic time, when it was read in this turn. */
  fail(error: unknown, now: number = this.runtime.tick()): void {
    if (this.#inTime(now)) this.failed(error);
  }

  /** Gives `output` to those who wait for the result. */
  protected resolve(output: unknown): void {
    this.#settled = 'fulfilled';
    if (this.#resolve === undefined) this.#outcome = output;
    else this.#resolve(output);
  }

  /** Gives `error` to those who wait for the result. */
  protected reject(error: unknown): void {
    this.#settled = 'rejected';
    if (this.#reject === undefined) this.#outcome = error;
    else this.#reject(error);
  }

  protected stopped(reason: unknown): void {
    this.failed(reason);
  }

  #makeResult(): Promise<unknown> {
    if (this.#settled === 'fulfilled') return Promise.resolve(this.#outcome);
    if (this.#settled === 'rejected') return Promise.reject(this.#outcome);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  #inTime(now: number): boolean {
    if (!this.ended) {
      // A blocked event loop runs the answer before the timer; the clock decides, not the order of callbacks.
      if (now < this.dueAt) {
        this.end();
        return true;
      }
      this.expire(now);
    }
    this.late();
    return false;
  }
}
