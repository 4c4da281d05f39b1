import { CadreError } from '../../index.ts';
import type { Session } from './session.ts';

/** Does a call's work; what it refuses, it must refuse before it changes anything. */
export type Work<T> = (session: Session) => T;

/** A call that waits for its turn, and then for the transaction that it is part of. */
export abstract class Call<T = unknown> {
  /** Settled when the transaction is stored, or has failed. */
  readonly promise: Promise<T>;
  #resolve!: (result: T) => void;
  #reject!: (error: unknown) => void;
  #result: T | undefined;
  #refusal: CadreError | undefined;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  protected abstract work(session: Session): T;

  /** Does the work. Throws what is thrown by anybody but cadre: after that nothing is certain. */
  run(session: Session): void {
    try {
      this.#result = this.work(session);
    } catch (error) {
      if (!(error instanceof CadreError)) throw error;
      this.#refusal = error;
    }
  }

  /** The transaction is stored. */
  settle(): void {
    if (this.#refusal === undefined) this.#resolve(this.#result as T);
    else this.#reject(this.#refusal);
  }

  /** The transaction has failed. */
  reject(error: unknown): void {
    this.#reject(error);
  }
}

/** A call that is a function. */
export class Task<T> extends Call<T> {
  protected readonly work: Work<T>;

  constructor(work: Work<T>) {
    super();
    this.work = work;
  }
}
