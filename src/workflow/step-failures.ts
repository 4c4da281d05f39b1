import type { ErrorRecord } from '../kernel/errors.ts';
import type { StepFailure } from './errors.ts';
import { Flow } from './flow.ts';
import type { RunOfSteps } from './step-runs.ts';

/** The steps of a run that failed for good. */
export class StepFailures {
  /** Those that fail the run, in the order of failing. Made at the first. */
  fatal: StepFailure[] | undefined;
  /** What the first of them failed with. */
  firstError: unknown;
  /** Those that say themselves that the run goes on without them. Made at the first. */
  tolerated: StepFailure[] | undefined;
  readonly #run: RunOfSteps;

  constructor(run: RunOfSteps) {
    this.#run = run;
  }

  note(step: number, facts: ErrorRecord, error: unknown): void {
    const { plan, record, definition } = this.#run;
    // The code of a flow decides itself what comes of it.
    if (definition instanceof Flow) return;
    const failure = { step: plan.ids[step]!, attempts: record.state.attemptsOf(step), error: facts };
    if (plan.steps[step]!.onFailure?.kind === 'continue') {
      this.tolerated ??= [];
      this.tolerated.push(failure);
    } else if (!record.state.tolerated(step)) {
      if (this.fatal === undefined) {
        this.fatal = [];
        this.firstError = error;
      }
      this.fatal.push(failure);
    }
  }
}
