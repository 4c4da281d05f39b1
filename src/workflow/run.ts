import { CancelledError, ClosedError, describeError, RecordedError, TimeoutError } from '../kernel/errors.ts';
import { ignore, isThenable } from '../kernel/functions.ts';
import { encodePayload } from '../kernel/payload.ts';
import type { Scope } from '../kernel/scope.ts';
import type { Workflow } from './definition.ts';
import { RunExistsError, RunFailedError } from './errors.ts';
import type { RunEvent } from './events.ts';
import { Flow } from './flow.ts';
import type { DecideOptions, ParentStep, PendingGate, Run, RunHost } from './handle.ts';
import { Inbox } from './inbox.ts';
import type { Plan } from './plan.ts';
import { isLoss, SupersededError, SuspendedError } from './resume-errors.ts';
import { type Resumption, resumptionOf } from './resumption.ts';
import { RunBase } from './run-base.ts';
import { GateNotOpenError, UndoFailedError } from './run-errors.ts';
import type { JournalOwner, RunJournal } from './run-journal.ts';
import type { RunStore } from './run-store.ts';
import { outputsOf } from './schedule.ts';
import { sendSignal } from './send-signal.ts';
import type { RunSnapshot } from './snapshot.ts';
import { type RunOfTurns, StepTurns } from './step-turns.ts';
import type { StoredRun } from './stored-run.ts';
import { undoCourses, undoOrder } from './undo-order.ts';
import type { UndoReport } from './undo-report.ts';
import { type RunOfUndo, Undoing } from './undoing.ts';

/** One execution of a workflow: begins, has its steps carried out, and comes to one end. */
export class LiveRun extends RunBase implements Run, RunOfTurns, RunOfUndo, JournalOwner {
  previousListed: LiveRun | undefined;
  nextListed: LiveRun | undefined;
  protected readonly turns: StepTurns;
  #inbox: Inbox | undefined;
  #finishing = false;
  #timeoutMs = Number.POSITIVE_INFINITY;
  /** Set while it is kept in a store. */
  #journal: RunJournal | undefined;
  #isAccepted = false;
  /** True when its end has been told. */
  #isClosed = false;
  #acceptance: PromiseWithResolvers<void> | undefined;
  /** Why it goes on here no more, though it has not ended. */
  #loss: Error | undefined;
  /** How it ended, while what it has done is taken back. */
  #stop: { readonly status: 'failed' | 'cancelled'; readonly error: unknown } | undefined;
  #undoing: Undoing | undefined;

  /** @param plan Its own; that of the definition if left out. */
  constructor(
    host: RunHost,
    definition: Workflow,
    handle: string | number,
    parent: ParentStep | undefined,
    plan: Plan = definition.plan,
  ) {
    super(host, definition, handle, parent, plan);
    this.turns = new StepTurns(this);
  }

  get inbox(): Inbox {
    this.#inbox ??= this.parentStep?.inbox ?? new Inbox(this.record, this);
    return this.#inbox;
  }
  get accepted(): Promise<void> {
    if (this.#isAccepted) return Promise.resolve();
    if (this.ended) return this.result.then(ignore);
    this.#acceptance ??= Promise.withResolvers();
    return this.#acceptance.promise;
  }
  /** True when, once it is stopped, it takes back what it has done, and until it has. */
  get takesBack(): boolean {
    return !this.#isClosed && (this.#stop !== undefined || this.mayUndo || this.turns.takesBack);
  }
  /** Settles when nothing of it is on its way into the store any more. */
  get stored(): Promise<void> {
    return this.#journal?.idle ?? Promise.resolve();
  }

  /** Looks whether it has another owner by now. */
  async verify(): Promise<void> {
    await this.#journal?.verify();
  }

  events(): AsyncIterableIterator<RunEvent, undefined> {
    return this.record.events();
  }

  snapshot(): RunSnapshot {
    return this.record.snapshot();
  }

  async sendSignal(name: string, value?: unknown): Promise<void> {
    // Its first steps begin when the caller's own code has given way.
    if (this.status === 'pending' && !this.ended) await this.accepted;
    await sendSignal(this, name, value);
  }

  async decide(step: string, decision: unknown, options?: DecideOptions): Promise<void> {
    this.demandOpen();
    const gate = this.turns.waits.gateOf(this.plan.index.get(step) ?? -1);
    if (gate === undefined)
      throw new GateNotOpenError(this.id, typeof step === 'string' ? step : typeof step);
    await gate.decide(decision, options);
  }

  /** The gates that wait for a decision. */
  openGates(): readonly PendingGate[] {
    return this.ended ? [] : this.turns.openGates();
  }

  /** Starts to count its time. It may end at once: by a signal that has aborted, or with its parent. */
  accept(parent: Scope, signal: AbortSignal | undefined, timeoutMs: number): void {
    const { runtime } = this;
    this.#timeoutMs = timeoutMs;
    runtime.deadlines.hold();
    this.begin(parent, signal, timeoutMs, runtime.now);
    this.watch(runtime.now);
  }

  /** Begins with the first steps. @throws UnstorableError */
  start(): void {
    if (this.ended) return;
    const { store } = this.host;
    if (store === undefined) {
      this.record.runStarted();
      this.#accepted();
    } else {
      const { workflow, input, parent, runtime } = this;
      const text = encodePayload(() => `input of workflow "${workflow}"`, input, this.host.payloadLimit);
      this.#keep(store, 0);
      const deadlineAt = runtime.toWallTime(this.dueAt);
      const { version } = this.definition;
      const origin = { workflow, version, fingerprint: this.#fingerprint, input, deadlineAt, parent };
      this.record.runBegun(origin, store.ownership.id, text);
      this.record.whenStored(() => this.#accepted());
    }
    this.goOn(undefined);
  }

  /**
   * Goes on with a run that this owner has claimed.
   *
   * @param stopReason Set when it is to be stopped at once, as what it is part of was.
   */
  resume(store: RunStore, stored: StoredRun, stopReason: unknown): void {
    if (this.ended) return;
    this.input = stored.origin.input;
    this.prepare(stored);
    this.record.restore(stored);
    this.#keep(store, stored.last);
    this.#accepted();
    this.record.runResumed();
    const resumption = resumptionOf(stored.entries);
    const { stopped } = resumption;
    if (stopped !== undefined) {
      this.#stop = { status: stopped.outcome!, error: new RecordedError(stopped.error!) };
      this.end();
      this.#rehearseThenUndo((undoing) => this.turns.stopParts(undoing, this.#stop!.error));
      return;
    }
    // Its time may have been up meanwhile, or what it is part of has ended.
    if (stopReason !== undefined) this.stop(stopReason);
    else this.lookAtTime();
    if (!this.ended) this.goOn(resumption);
  }

  /** Makes ready for what is on record. */
  protected prepare(_stored: StoredRun): void {}

  /** Begins with the steps, or goes on where an earlier owner was. */
  protected goOn(resumption: Resumption | undefined): void {
    this.turns.begin(resumption);
  }

  /** Resolves when it is known how all steps are undone; undefined when it is. */
  protected rehearse(): Promise<void> | undefined {
    return undefined;
  }

  /** True when there may be steps that say how they are undone. */
  protected get mayUndo(): boolean {
    return this.plan.undoable;
  }

  /** A step has its outcome. */
  stepSettled(_step: number, _isOutput: boolean, _value: unknown): void {}

  /** The journal could not store what happened, or somebody else owns the run. */
  lost(error: Error): void {
    if (this.#loss !== undefined) return;
    // With another owner it goes on, and one whose id was taken never was.
    const isFinal = error instanceof SupersededError || error instanceof RunExistsError;
    this.#loss = isFinal ? error : new SuspendedError(this.id, error);
    if (this.ended) this.#giveUp(this.#loss);
    else this.stop(this.#loss);
  }

  stepsEnded(): void {
    if (this.#finishing) return;
    this.#finishing = true;
    const failures = this.turns.failures;
    if (failures?.fatal !== undefined) {
      this.fail(new RunFailedError(this.id, this.workflow, failures.fatal, failures.firstError));
      return;
    }
    try {
      const output = this.definition.outputOf(outputsOf(this.plan, this.record.state));
      if (!isThenable(output)) this.complete(output);
      else
        Promise.resolve(output).then(
          (value) => this.complete(value),
          (error) => this.outputFailed(error),
        );
    } catch (error) {
      this.outputFailed(error);
    }
  }

  undone(report: UndoReport): void {
    const { status, error } = this.#stop!;
    const complete = report.failed.length === 0 && report.remaining.length === 0;
    const outcome = complete ? error : new UndoFailedError(this.id, this.workflow, report, error);
    this.record.runStopped(status, describeError(outcome), report);
    this.#reject(outcome);
  }

  undoStopped(reason: unknown, report: UndoReport): void {
    if (this.#loss !== undefined) return;
    if (this.record.isStored) this.#suspend(reason);
    else this.undone(report);
  }

  protected override fulfilled(output: unknown): void {
    this.record.runCompleted(this.outputText, this.turns.failures?.tolerated);
    this.turns.close(undefined);
    this.record.whenStored(() => {
      this.resolve(output);
      this.#close();
    });
  }

  protected override failed(error: unknown): void {
    const stopped = error === this.stopReason;
    // What it is part of was lost, so this is.
    if (stopped && isLoss(error)) this.#loss ??= error;
    // Before anybody hears of it: a signal that is first looked at then has aborted.
    const parts = this.turns.close(error);
    if (this.#loss !== undefined) {
      this.#giveUp(this.#loss);
      return;
    }
    if (stopped && error instanceof ClosedError && this.record.isStored) {
      this.#suspend(error);
      return;
    }
    const status = stopped && !(error instanceof TimeoutError) ? 'cancelled' : 'failed';
    if (!this.mayUndo && parts.length === 0) {
      this.record.runStopped(status, describeError(error), undefined);
      this.#reject(error);
      return;
    }
    this.#stop = { status, error };
    this.record.undoStarted(status, describeError(error));
    this.record.whenStored(() => this.#rehearseThenUndo(() => parts));
  }

  protected cancellation(reason: unknown): Error {
    return new CancelledError(`run of workflow "${this.workflow}"`, reason);
  }

  protected timeout(): Error {
    return new TimeoutError(`run of workflow "${this.workflow}"`, this.#timeoutMs);
  }

  #suspend(reason: unknown): void {
    const error = new SuspendedError(this.id, reason);
    this.record.runSuspended();
    this.record.whenStored(() => this.#settle(error));
  }

  /** It ends with `error`, as soon as that is stored. */
  #reject(error: unknown): void {
    this.record.whenStored(() => this.#settle(error));
  }

  /** Nothing of it counts any more, and nothing is stored. */
  #giveUp(error: Error): void {
    this.#undoing?.stop(error);
    this.#journal?.end();
    this.record.runLost(error);
    this.#settle(error);
  }

  #settle(error: unknown): void {
    this.reject(error);
    this.#acceptance?.reject(error);
    this.#close();
  }

  #rehearseThenUndo(parts: (undoing: Scope) => readonly Promise<unknown>[]): void {
    const rehearsal = this.rehearse();
    if (rehearsal === undefined) {
      this.#undo(parts);
      return;
    }
    void rehearsal.then(() => {
      if (this.#loss === undefined) this.#undo(parts);
    });
  }

  /** @param parts Gives the ends of runs that are part of it, and take back their own work first. */
  #undo(parts: (undoing: Scope) => readonly Promise<unknown>[]): void {
    const entries = [...this.record.entries()];
    const order = undoOrder(this.plan, this.record.state, entries);
    this.#undoing = new Undoing(this, order, undoCourses(entries));
    this.#undoing.start(parts(this.#undoing));
  }

  /** Undefined where the steps are known only at run time. */
  get #fingerprint(): string | undefined {
    const isMade = this.definition instanceof Flow || this.parentStep !== undefined;
    return isMade ? undefined : this.definition.fingerprints.workflow;
  }

  #keep(store: RunStore, sequence: number): void {
    const definition = this.#fingerprint === undefined ? undefined : this.definition;
    this.#journal = store.open(store.streamOf(this.id, this.rootId), sequence, this, definition);
    this.record.keepIn(this.#journal);
  }

  #accepted(): void {
    this.#isAccepted = true;
    this.#acceptance?.resolve();
  }

  #close(): void {
    this.#isClosed = true;
    this.runtime.deadlines.release();
    this.record.close();
    if (this.#journal !== undefined) this.host.store?.release(this.#journal);
    this.host.runEnded(this);
  }
}
