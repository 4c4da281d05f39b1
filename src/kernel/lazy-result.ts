/** A promise that is made when somebody asks for it: an error that nobody asks for is no unhandled rejection. */
export class LazyResult {
  #promise: Promise<unknown> | undefined = undefined;
  #resolve: ((output: unknown) => void) | undefined = undefined;
  #reject: ((error: unknown) => void) | undefined = undefined;
  #settled: 'fulfilled' | 'rejected' | undefined = undefined;
  #value: unknown = undefined;

  get promise(): Promise<unknown> {
    if (this.#promise !== undefined) return this.#promise;
    if (this.#settled === 'fulfilled') this.#promise = Promise.resolve(this.#value);
    else if (this.#settled === 'rejected') this.#promise = Promise.reject(this.#value);
    else {
      this.#promise = new Promise((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
      });
    }
    return this.#promise;
  }

  resolve(output: unknown): void {
    this.#settled = 'fulfilled';
    if (this.#resolve === undefined) this.#value = output;
    else this.#resolve(output);
  }

  reject(error: unknown): void {
    this.#settled = 'rejected';
    if (this.#reject === undefined) this.#value = error;
    else this.#reject(error);
  }
}
