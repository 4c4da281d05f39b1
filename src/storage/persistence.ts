import { CadreError } from '../kernel/errors.ts';
import { ignore } from '../kernel/functions.ts';
import { Pause } from '../kernel/pause.ts';
import type { Runtime } from '../kernel/runtime.ts';
import { StoreError } from './errors.ts';

/** The waits before a call that failed is made again, in milliseconds. */
const WAITS_MS = [50, 200, 800, 2_000];

/** Calls to a store, made again a few times when the store says that it failed and that this may pass. */
export class Persistence {
  readonly #runtime: Runtime;
  readonly #pauses = new Set<Pause>();
  #ended = false;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /**
   * Makes one call, and makes it again while it rejects with a `StoreError` that may pass.
   *
   * @param call Told whether an earlier try failed, and may have been carried out all the same.
   * @returns What the call resolves to. Rejects with its last error; one that is none of cadre's becomes a `StoreError`.
   */
  async run<T>(call: (again: boolean) => Promise<T>): Promise<T> {
    for (let failures = 0; ; failures++) {
      try {
        return await call(failures > 0);
      } catch (error) {
        const waitMs = WAITS_MS[failures];
        if (!(error instanceof CadreError)) throw new StoreError('failed', 'a call was refused', error);
        if (!(error instanceof StoreError && error.retryable) || waitMs === undefined || this.#ended)
          throw error;
        await this.#wait(waitMs);
      }
    }
  }

  /** Makes no call again from now on. */
  end(): void {
    this.#ended = true;
    for (const pause of this.#pauses) pause.finish();
  }

  async #wait(ms: number): Promise<void> {
    const pause = new Pause(this.#runtime, ms);
    this.#pauses.add(pause);
    await pause.result.catch(ignore);
    this.#pauses.delete(pause);
  }
}
