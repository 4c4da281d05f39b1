import {
  CancelledError,
  describeError,
  type ErrorRecord,
  HandlerError,
  RecordedError,
} from '../kernel/errors.ts';
import { ignore } from '../kernel/functions.ts';
import type { Scope } from '../kernel/scope.ts';
import { Alarms } from './alarms.ts';
import type { PendingGate } from './handle.ts';
import { InterruptedError } from './resume-errors.ts';
import type { OpenStep, Resumption } from './resumption.ts';
import { blockOf, joinErrorOf, NONE, nextJoined, nextStep, noLongerNeeded, scopeOf } from './schedule.ts';
import type { FailureRule } from './step.ts';
import { StepFailures } from './step-failures.ts';
import { fallbackInput, inputOf, isWanted, type StepPlace } from './step-input.ts';
import { StepRunner, type TurnKeeper } from './step-runner.ts';
import { isComposite, type RunOfSteps } from './step-runs.ts';
import { isWait, StepWaits } from './step-waits.ts';
import { startedChildren } from './undo-order.ts';

/** The run whose steps have their turns. */
export interface RunOfTurns extends RunOfSteps {
  readonly result: Promise<unknown>;
  /** As its schema returned it. */
  readonly input: unknown;
  /** Looks whether the run's time is up, after code of the host's. */
  lookAtTime(): void;
  /** A step has its outcome. */
  stepSettled(step: number, isOutput: boolean, value: unknown): void;
  /** Every step has ended. */
  stepsEnded(): void;
}

/** What holds or is run for a step that has failed. */
type Replacement = Exclude<FailureRule, { kind: 'continue' }>;

/** Decides which step of a run has its turn, and what follows from what became of it. */
export class StepTurns implements TurnKeeper {
  /** The steps that failed. Made at the first. */
  failures: StepFailures | undefined;
  readonly #run: RunOfTurns;
  readonly #runner: StepRunner;
  /** What the waits and the joins of the run wait for. Made at the first. */
  #alarms: Alarms | undefined;
  #waits: StepWaits | undefined;
  /** Steps that have failed, and for which something else is done. */
  #fellBack: Set<number> | undefined;
  #advancing = false;
  /** True when steps may have their turn and no slot was free for them. */
  #starved = false;

  constructor(run: RunOfTurns) {
    this.#run = run;
    this.#runner = new StepRunner(run, this);
  }

  /** The steps that wait for something outside. */
  get waits(): StepWaits {
    this.#waits ??= new StepWaits(this.#run, this, this.#clock());
    return this.#waits;
  }

  /** Begins: with the first steps, or where an earlier owner was. */
  begin(resumption: Resumption | undefined): void {
    const { plan, record } = this.#run;
    for (const step of plan.timed) if (record.state.waits(step)) this.#watchJoin(step);
    if (resumption !== undefined) this.#resume(resumption);
    this.advance();
    // What is overdue happens in the order of its times.
    this.#alarms?.catchUp();
  }

  /** Sees to every step whose turn has come and that a slot is free for. */
  advance(): void {
    // A step that is done at once comes back here from below; the loop that started it goes on.
    if (this.#advancing) return;
    const { scope, record } = this.#run;
    this.#advancing = true;
    while (!scope.ended) {
      // Whatever the slots: those whom a join does not need may hold them.
      const joined = nextJoined(record.state);
      if (joined !== NONE) {
        this.#dropUnneeded(joined);
        continue;
      }
      if (!this.#runner.hasFreeSlot) break;
      if (this.#runner.restart()) continue;
      const step = nextStep(record.state);
      if (step === NONE) break;
      this.#see(step);
    }
    this.#advancing = false;
    this.#starved = !this.#runner.hasFreeSlot;
    if (!scope.ended && record.state.left === 0 && !this.#runner.isParting) this.#run.stepsEnded();
  }

  slotFreed(): void {
    if (this.#starved) this.advance();
  }

  /** Sees to what should have happened by now: the clock decides what was first, not the order of callbacks. */
  catchUp(): void {
    this.#alarms?.catchUp();
  }

  stepCompleted(step: number, output: unknown, text: string | undefined): void {
    this.#alarms?.catchUp();
    if (this.#run.scope.ended || !this.#run.record.state.isOpen(step)) return;
    this.#run.record.stepCompleted(step, output, text);
    this.#run.stepSettled(step, true, output);
    this.advance();
  }

  stepFailed(step: number, error: unknown): void {
    const { scope, record, plan } = this.#run;
    this.#alarms?.catchUp();
    if (scope.ended || !record.state.isOpen(step)) return;
    const facts = describeError(error);
    const rule = plan.steps[step]!.onFailure;
    if (rule !== undefined && rule.kind !== 'continue' && this.#fellBack?.has(step) !== true) {
      record.stepFellBack(step, facts);
      this.#fallBack(step, rule, facts, record.state.attemptsOf(step));
    } else {
      record.stepFailed(step, facts);
      this.#note(step, facts, error);
      this.#run.stepSettled(step, false, error);
    }
    this.advance();
  }

  /** Another gate was rejected, and with it this one. */
  stepDropped(step: number, reason: string): void {
    const { record } = this.#run;
    record.stepCancelled(step);
    const error = new CancelledError(`step "${this.#idOf(step)}"`, reason);
    this.#note(step, describeError(error), error);
    this.#run.stepSettled(step, false, error);
    this.advance();
  }

  /** True when there is work in runs of its steps that is taken back once they are stopped. */
  get takesBack(): boolean {
    return this.#runner.takesBack;
  }

  /** The gates that are open. */
  openGates(): readonly PendingGate[] {
    return this.#waits === undefined ? [] : Array.from(this.#waits.gates, (gate) => gate.show());
  }

  /** The run has ended: nothing of it goes on. @returns The ends of the runs that carried out its steps. */
  close(reason: unknown): readonly Promise<unknown>[] {
    this.#waits?.close();
    this.#alarms?.close();
    return this.#runner.close(reason);
  }

  /** Stops the runs that carried out steps under an earlier owner, and that may not have ended. @returns Their ends. */
  stopParts(scope: Scope, reason: unknown): readonly Promise<unknown>[] {
    const { record, plan } = this.#run;
    const parts: Promise<unknown>[] = [];
    for (const [step, id] of startedChildren(record.entries())) {
      if (record.state.statusOf(step) !== 'cancelled') continue;
      const child = { id, resumed: true, stopReason: reason };
      try {
        const input = isComposite(plan.targets[step]!) ? inputOf(this.#place, step) : undefined;
        parts.push(this.#runner.startChild(step, scope, input, child));
      } catch (error) {
        parts.push(Promise.reject(error));
      }
    }
    return parts;
  }

  #clock(): Alarms {
    this.#alarms ??= new Alarms(this.#run.host.runtime);
    return this.#alarms;
  }

  #see(step: number): void {
    const { plan, record } = this.#run;
    if (plan.joins?.[step] !== undefined) {
      const error = joinErrorOf(plan, record.state, step);
      if (error !== undefined) {
        this.stepFailed(step, error);
        return;
      }
    }
    const reason = blockOf(plan, record.state, step);
    if (reason === undefined) this.#start(step);
    else record.stepSkipped(step, reason);
  }

  #dropUnneeded(step: number): void {
    const { plan, record } = this.#run;
    for (const member of noLongerNeeded(plan, record.state, step)) {
      const id = plan.ids[member]!;
      record.stepCancelled(member);
      this.#runner.cancel(
        member,
        new CancelledError(`step "${id}"`, `step "${plan.ids[step]}" goes on without it`),
      );
      this.#waits?.cancel(member);
    }
  }

  #watchJoin(step: number): void {
    const { plan, record } = this.#run;
    const join = plan.joins?.[step];
    if (join?.kind !== 'before') return;
    this.#clock().set(record.startedAt + join.ms, () => {
      if (!record.state.waits(step)) return;
      record.joinTimedOut(step);
      this.advance();
    });
  }

  #start(step: number): void {
    const { plan, record, scope } = this.#run;
    const { when, input } = plan.terms[step]!;
    let value: unknown;
    let making = 'condition';
    try {
      const seen = scopeOf(plan, record.state, step, this.#run.input);
      if (when !== undefined && !isWanted(this.#place, step, seen)) {
        if (scope.ended) return;
        record.stepSkipped(step, { kind: 'condition' });
        return;
      }
      making = 'input';
      value = input === undefined ? seen : inputOf(this.#place, step, seen);
      // The host's code may have taken its time, or all the time there was.
      if (when !== undefined || input !== undefined) this.#run.lookAtTime();
    } catch (error) {
      this.stepFailed(step, new HandlerError(`the ${making} of step "${plan.ids[step]}"`, error));
      return;
    }
    // The host's code may have cancelled the run.
    if (scope.ended) return;
    if (isWait(plan.targets[step]!)) this.waits.start(step, value);
    else this.#runner.start(step, value);
  }

  #note(step: number, facts: ErrorRecord, error: unknown): void {
    this.failures ??= new StepFailures(this.#run);
    this.failures.note(step, facts, error);
  }

  /** A step has failed for good, and something else holds or is run instead. @param attempts Those that were made. */
  #fallBack(step: number, rule: Replacement, error: ErrorRecord, attempts: number): void {
    this.#fellBack ??= new Set();
    this.#fellBack.add(step);
    if (rule.kind === 'value') {
      this.#runner.complete(step, rule.value);
      return;
    }
    try {
      const input = fallbackInput(this.#place, step, rule, error);
      this.#runner.terms.fallBack(step, rule);
      this.#runner.terms.discount(step, attempts);
      this.#runner.start(step, input, attempts + 1);
    } catch (thrown) {
      this.stepFailed(
        step,
        new HandlerError(`the input of the fallback of step "${this.#idOf(step)}"`, thrown),
      );
    }
  }

  get #place(): StepPlace {
    const { plan, record, input } = this.#run;
    return { plan, state: record.state, input };
  }

  #idOf(step: number): string {
    return this.#run.plan.ids[step]!;
  }

  #resume({ open, failed }: Resumption): void {
    const { plan, record, scope } = this.#run;
    for (const { step, error } of failed) this.#note(plan.index.get(step)!, error, new RecordedError(error));
    record.state.returnTurns();
    this.#advancing = true;
    // Those of steps that nobody needed any more take back their work, in case they have not.
    for (const part of this.stopParts(scope, new CancelledError('step', 'nobody needs it')))
      part.catch(ignore);
    for (const step of open) if (!scope.ended) this.#reopen(step, plan.index.get(step.step)!);
    this.#advancing = false;
  }

  /** Goes on with a step that was under way when its last owner was gone. */
  reopen(open: OpenStep): void {
    this.#reopen(open, this.#run.plan.index.get(open.step)!);
    this.advance();
  }

  #reopen(open: OpenStep, step: number): void {
    const { fellBack, attempt, child, dueAt } = open;
    const rule = this.#run.plan.steps[step]!.onFailure;
    let input: unknown;
    try {
      if (fellBack !== undefined && rule !== undefined && rule.kind !== 'continue') {
        this.#fellBack ??= new Set();
        this.#fellBack.add(step);
        if (rule.kind === 'value') {
          this.#runner.complete(step, rule.value);
          return;
        }
        input = fallbackInput(this.#place, step, rule, fellBack.error);
        this.#runner.terms.fallBack(step, rule);
      } else if (isWait(this.#run.plan.targets[step]!)) {
        this.waits.resume(step, open);
        return;
      } else {
        input = inputOf(this.#place, step);
      }
    } catch (error) {
      this.stepFailed(step, new HandlerError(`the input of step "${open.step}"`, error));
      return;
    }
    // A run that carries a step out goes on itself: its attempt was not cut off.
    const interruptions = child === undefined ? open.interruptions : 0;
    const released = child === undefined ? open.released : 0;
    this.#runner.terms.discount(step, interruptions + released + (fellBack?.attempts ?? 0));
    if (child !== undefined) this.#runner.reattach(step, attempt, input, child);
    else if (dueAt !== undefined) this.#runner.retryLater(step, attempt, input, dueAt);
    else if (interruptions <= this.#runner.terms.policyOf(step).restarts)
      this.#runner.retryLater(step, attempt + 1, input, 0);
    else this.stepFailed(step, new InterruptedError(open.step, interruptions));
  }
}
