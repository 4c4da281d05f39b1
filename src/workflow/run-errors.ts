import { CadreError } from '../kernel/errors.ts';
import type { RunStatus } from './state.ts';
import type { UndoReport } from './undo-report.ts';

/** A run failed or was cancelled, and not all that it had done could be taken back. What ended it is `cause`. */
export class UndoFailedError extends CadreError<'UNDO_FAILED'> {
  readonly code = 'UNDO_FAILED' as const;
  /** The run's id. */
  readonly runId: string;
  /** The workflow's name. */
  readonly workflow: string;
  /** What was undone, what could not be, and what remains. */
  readonly report: UndoReport;

  constructor(runId: string, workflow: string, report: UndoReport, cause: unknown) {
    const { undone, failed, remaining } = report;
    super(
      `Run "${runId}" of workflow "${workflow}" was not taken back whole: ${undone.length} steps undone, ${failed.length} failed, ${remaining.length} remaining`,
      { cause },
    );
    this.runId = runId;
    this.workflow = workflow;
    this.report = report;
  }
}

/** A run has ended, or is under way elsewhere: it takes no signals and no decisions. */
export class RunNotActiveError extends CadreError<'RUN_NOT_ACTIVE'> {
  readonly code = 'RUN_NOT_ACTIVE' as const;
  /** The run's id. */
  readonly runId: string;
  /** Where it stands. */
  readonly status: RunStatus;

  constructor(runId: string, status: RunStatus) {
    super(`Run "${runId}" takes nothing in any more: it is ${status}`);
    this.runId = runId;
    this.status = status;
  }
}

/** Nobody is asked to decide: there is no such gate, it is not open yet, or it has been decided. */
export class GateNotOpenError extends CadreError<'GATE_NOT_OPEN'> {
  readonly code = 'GATE_NOT_OPEN' as const;
  /** The run's id. */
  readonly runId: string;
  /** The step's id. */
  readonly step: string;

  constructor(runId: string, step: string) {
    super(`Gate "${step}" of run "${runId}" is not open`);
    this.runId = runId;
    this.step = step;
  }
}
