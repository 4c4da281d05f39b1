import { CadreError } from '../kernel/errors.ts';

/** What is stored is not what the caller believed: somebody else has changed it. Nothing was stored. */
export class ConflictError extends CadreError<'CONFLICT'> {
  readonly code = 'CONFLICT' as const;
  /** The stream or the record. */
  readonly key: string;
  /** The sequence or revision that the caller named; 0 for one that should not be there. */
  readonly expected: number;
  /** The one there is; 0 for none. */
  readonly actual: number;

  constructor(key: string, expected: number, actual: number) {
    super(`"${key}" stands at ${actual}, not at ${expected}: somebody else has changed it`);
    this.key = key;
    this.expected = expected;
    this.actual = actual;
  }
}

/** A key of a store does not follow its grammar: text of 1 to 1024 bytes of UTF-8, well-formed, without control characters. */
export class InvalidKeyError extends CadreError<'INVALID_KEY'> {
  readonly code = 'INVALID_KEY' as const;
  /** What was passed. */
  readonly value: unknown;
  /** What is wrong with it. */
  readonly reason: string;

  constructor(value: unknown, reason: string) {
    super(`Invalid key of a store: ${reason}`);
    this.value = value;
    this.reason = reason;
  }
}

/**
 * What is wrong with a store: its file is `missing`, `read-only`, `locked` by somebody else, `corrupt`, or `newer` than
 * this version can read; there is no room left (`full`); anything else is `failed`.
 */
export type StoreFault = 'missing' | 'read-only' | 'locked' | 'corrupt' | 'newer' | 'full' | 'failed';

/** A store cannot do its work. What was to be stored may be stored or not, unless the store could not be opened. */
export class StoreError extends CadreError<'STORE_FAILED'> {
  readonly code = 'STORE_FAILED' as const;
  /** What is wrong. */
  readonly fault: StoreFault;
  /** What the store says. */
  readonly detail: string;

  /** Retryable when it is locked, full or failed: that may change. */
  constructor(fault: StoreFault, detail: string, cause?: unknown) {
    super(`The store is not usable (${fault}): ${detail}`, {
      cause,
      retryable: fault === 'locked' || fault === 'full' || fault === 'failed',
    });
    this.fault = fault;
    this.detail = detail;
  }
}
