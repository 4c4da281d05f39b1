import { CadreError, ClosedError } from '../kernel/errors.ts';

/** A run has another owner now: what this one did since is not recorded, and it does nothing more. */
export class SupersededError extends CadreError<'SUPERSEDED'> {
  readonly code = 'SUPERSEDED' as const;
  /** The run's id. */
  readonly runId: string;

  constructor(runId: string, cause?: unknown) {
    super(`Run "${runId}" has been taken over by another owner`, { cause });
    this.runId = runId;
  }
}

/** A run was given up here before its end. It stays in the store, unfinished, and `resume()` takes it up. */
export class SuspendedError extends CadreError<'SUSPENDED'> {
  readonly code = 'SUSPENDED' as const;
  /** The run's id. */
  readonly runId: string;

  /** @param cause Why: `ClosedError`, or what the store failed with. */
  constructor(runId: string, cause: unknown) {
    super(`Run "${runId}" was suspended before its end; it can be resumed from the store`, {
      cause,
      retryable: true,
    });
    this.runId = runId;
  }
}

/** An attempt began, and the process ended before its outcome was recorded: what it did is not known. */
export class InterruptedError extends CadreError<'INTERRUPTED'> {
  readonly code = 'INTERRUPTED' as const;
  /** The step's id. */
  readonly step: string;
  /** Attempts that were cut off so. */
  readonly interruptions: number;

  constructor(step: string, interruptions: number) {
    super(`Step "${step}" was cut off ${interruptions} times by the end of its process`);
    this.step = step;
    this.interruptions = interruptions;
  }
}

/** What is stored of a run cannot be read: it was written by a later version, or is damaged. */
export class UnreadableRunError extends CadreError<'UNREADABLE_RUN'> {
  readonly code = 'UNREADABLE_RUN' as const;
  /** The run's id. */
  readonly runId: string;
  /** What is wrong. */
  readonly reason: string;

  constructor(runId: string, reason: string, cause?: unknown) {
    super(`What is stored of run "${runId}" cannot be read: ${reason}`, { cause });
    this.runId = runId;
    this.reason = reason;
  }
}

/** Runs are kept in memory only: there is nothing to resume from. */
export class NoStoreError extends CadreError<'NO_STORE'> {
  readonly code = 'NO_STORE' as const;

  constructor() {
    super('There is no store to resume from: pass one as the option `store`');
  }
}

/** True for the end of a run here that goes on elsewhere or later. */
export function isLoss(error: unknown): error is Error {
  return error instanceof SupersededError || error instanceof SuspendedError;
}

/** True for what stops a run here that goes on elsewhere or later, before that is told. */
export function isLeft(reason: unknown): boolean {
  return reason instanceof ClosedError || isLoss(reason);
}
