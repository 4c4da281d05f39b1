import type { ErrorRecord } from '../kernel/errors.ts';

/** What became of the work that a run had done when it failed or was cancelled. Steps without `undo` are not in it. */
export interface UndoReport {
  /** The ids of the steps that were undone, in that order. */
  readonly undone: readonly string[];
  /** Those whose undoing failed for good, in that order. */
  readonly failed: readonly {
    /** The step's id. */
    readonly step: string;
    /** With what. */
    readonly error: ErrorRecord;
  }[];
  /** Those that were not tried, as a step that was built on them could not be undone. In the order of their turn. */
  readonly remaining: readonly string[];
}
