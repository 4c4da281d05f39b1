import { describeError, type ErrorRecord } from '../kernel/errors.ts';
import type { StepFailure } from './errors.ts';
import type { SkipReason } from './events.ts';
import {
  type EntryDetails,
  GATE_ESCALATED,
  GATE_VOTED,
  RUN_CANCELLED,
  RUN_COMPLETED,
  RUN_FAILED,
  RUN_RESUMED,
  RUN_STARTED,
  RUN_SUSPENDED,
  RUN_UNDO_STARTED,
  SIGNAL_RECEIVED,
  SIGNAL_RETURNED,
  SIGNAL_TAKEN,
  STEP_CANCELLED,
  STEP_COMPLETED,
  STEP_FAILED,
  STEP_FELL_BACK,
  STEP_JOIN_TIMED_OUT,
  STEP_RETRIED,
  STEP_SKIPPED,
  STEP_STARTED,
  UNDO_COMPLETED,
  UNDO_FAILED,
  UNDO_RETRIED,
  UNDO_STARTED,
} from './history.ts';
import { RunLog } from './run-log.ts';
import { originDetails, type RunOrigin } from './stored-run.ts';
import type { UndoReport } from './undo-report.ts';

/** What the entry of a step's start may say beside the number of the attempt. */
export type StartFacts = Pick<EntryDetails, 'child' | 'undoable' | 'ask' | 'until'>;

/** Takes down what happens in a run: each thing is added to the state, then to the history, then told as an event. */
export class RunRecord extends RunLog {
  runStarted(): void {
    const at = this.at();
    this.state.runStarted(at);
    this.add(RUN_STARTED, at, -1, undefined);
  }

  /** The same of a run that is kept in a store. @param input The text of the input. */
  runBegun(origin: RunOrigin, owner: string, input: string): void {
    const at = this.at();
    this.state.runStarted(at);
    this.add(RUN_STARTED, at, -1, undefined, input, originDetails(origin, owner));
  }

  /** It has a new owner; that is stored already. */
  runResumed(): void {
    this.tell(RUN_RESUMED, this.at(), -1, undefined);
  }

  /** Its owner gives it up before its end. */
  runSuspended(): void {
    this.add(RUN_SUSPENDED, this.at(), -1, undefined);
  }

  /** Its owner could not store what happened, or has been superseded. */
  runLost(error: Error): void {
    this.tell(RUN_SUSPENDED, this.at(), -1, { error: describeError(error) });
  }

  /** @param facts What is said of the start beside. */
  stepStarted(step: number, attempt: number, facts: StartFacts | undefined): void {
    const at = this.at();
    this.state.stepStarted(step, attempt);
    this.add(STEP_STARTED, at, step, attempt === 1 ? facts : { attempt, ...facts });
  }

  /** @param text That of the output, where it is stored. */
  stepCompleted(step: number, output: unknown, text: string | undefined): void {
    const at = this.at();
    this.state.stepCompleted(step, output);
    this.add(STEP_COMPLETED, at, step, undefined, text);
  }

  stepRetried(step: number, attempt: number, delayMs: number, cause: unknown): void {
    this.add(STEP_RETRIED, this.at(), step, { attempt, delayMs, error: describeError(cause) });
  }

  stepFailed(step: number, error: ErrorRecord): void {
    const at = this.at();
    this.state.stepFailed(step, error);
    this.add(STEP_FAILED, at, step, { error });
  }

  /** It failed for good, and what is to hold or to be done instead follows. */
  stepFellBack(step: number, error: ErrorRecord): void {
    this.add(STEP_FELL_BACK, this.at(), step, { error });
  }

  /** Nobody needs it any more. */
  stepCancelled(step: number): void {
    const at = this.at();
    this.state.stepCancelled(step);
    this.add(STEP_CANCELLED, at, step, undefined);
  }

  /** It goes on with the members that it has. */
  joinTimedOut(step: number): void {
    const at = this.at();
    this.state.joinTimeUp(step);
    this.add(STEP_JOIN_TIMED_OUT, at, step, undefined);
  }

  /**
   * @param text That of the value, where it is stored. @param checked True when a schema has seen it.
   * @returns The signal's number.
   */
  signalReceived(signal: string, value: unknown, text: string | undefined, checked: boolean): number {
    const number = this.state.letters.received(signal, value, checked);
    this.add(SIGNAL_RECEIVED, this.at(), -1, { signal, number, ...(checked && { checked }) }, text);
    return number;
  }

  signalTaken(number: number, by: string): void {
    this.state.letters.taken(number, by);
    this.add(SIGNAL_TAKEN, this.at(), -1, { number, by });
  }

  signalReturned(number: number): void {
    this.state.letters.returned(number);
    this.add(SIGNAL_RETURNED, this.at(), -1, { number });
  }

  gateVoted(step: number, by: string, role: string | undefined, text: string | undefined): void {
    this.add(GATE_VOTED, this.at(), step, role === undefined ? { by } : { by, role }, text);
  }

  gateEscalated(step: number, level: number): void {
    this.add(GATE_ESCALATED, this.at(), step, { level });
  }

  stepSkipped(step: number, reason: SkipReason): void {
    const at = this.at();
    this.state.stepSkipped(step, reason);
    this.add(STEP_SKIPPED, at, step, { reason });
  }

  /** @param text That of the output, where it is stored. @param failures Steps that it went on without. */
  runCompleted(text: string | undefined, failures: readonly StepFailure[] | undefined): void {
    const at = this.at();
    this.state.runCompleted(at, failures !== undefined);
    this.add(RUN_COMPLETED, at, -1, failures && { failures }, text);
  }

  /** It failed or was cancelled, and with it what is running. @param undo What was taken back, if anything was to be. */
  runStopped(status: 'failed' | 'cancelled', error: ErrorRecord, undo: UndoReport | undefined): void {
    const at = this.at();
    this.#cancelRunning(at);
    this.state.runStopped(status, error, at, undo);
    this.add(status === 'failed' ? RUN_FAILED : RUN_CANCELLED, at, -1, undo ? { error, undo } : { error });
  }

  /** It failed or was cancelled, and what it has done is taken back now. */
  undoStarted(outcome: 'failed' | 'cancelled', error: ErrorRecord): void {
    const at = this.at();
    this.#cancelRunning(at);
    this.state.undoStarted(error);
    this.add(RUN_UNDO_STARTED, at, -1, { outcome, error });
  }

  undoing(step: number, attempt: number): void {
    this.add(UNDO_STARTED, this.at(), step, { attempt });
  }

  undoRetried(step: number, attempt: number, delayMs: number, cause: unknown): void {
    this.add(UNDO_RETRIED, this.at(), step, { attempt, delayMs, error: describeError(cause) });
  }

  undone(step: number): void {
    this.add(UNDO_COMPLETED, this.at(), step, undefined);
  }

  undoFailed(step: number, error: ErrorRecord): void {
    this.add(UNDO_FAILED, this.at(), step, { error });
  }

  #cancelRunning(at: number): void {
    for (let step = 0; step < this.plan.steps.length; step++) {
      if (this.state.statusOf(step) !== 'running') continue;
      this.state.stepCancelled(step);
      this.add(STEP_CANCELLED, at, step, undefined);
    }
  }
}
