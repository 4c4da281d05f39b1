/** A bug that is put into the library to see whether a family of simulations notices. */
export interface Plant {
  /** The file in `test/proof` without `.test.ts`. */
  readonly family: string;
  /** The file in `src`. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
  /** What is wrong then. */
  readonly why: string;
}
