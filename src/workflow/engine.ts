import { ClosedError } from '../kernel/errors.ts';
import type { EventHub } from '../kernel/events.ts';
import { ignore, isThenable } from '../kernel/functions.ts';
import { CallOptions, parseOption, parseOptions } from '../kernel/options.ts';
import { Pause } from '../kernel/pause.ts';
import { checkPayload } from '../kernel/payload.ts';
import { Runtime } from '../kernel/runtime.ts';
import { validate } from '../kernel/schema.ts';
import type { Scope } from '../kernel/scope.ts';
import { TurnQueue } from '../kernel/turn-queue.ts';
import { effectivePolicy } from '../resilience/index.ts';
import { StoreError } from '../storage/index.ts';
import type { Workflow } from './definition.ts';
import type { RunEvent } from './events.ts';
import { noExecutor, type StepExecutor, type StepJob } from './executor.ts';
import { Flow } from './flow.ts';
import { FlowRun } from './flow-run.ts';
import type { Child, ParentStep, PendingGate, Run, RunHost } from './handle.ts';
import {
  type EngineSettings,
  engineRules,
  type RunOptions,
  runRules,
  type WorkflowEngineOptions,
  workflowRule,
} from './options.ts';
import { outcomeOf, type ResumeReport, Resumer } from './resume.ts';
import { isLeft, NoStoreError, SuspendedError } from './resume-errors.ts';
import { LiveRun } from './run.ts';
import { RunRegistry, type WorkflowStats } from './run-registry.ts';
import { RunStore } from './run-store.ts';
import type { RunSnapshot } from './snapshot.ts';
import type { StoredRun } from './stored-run.ts';
import type { Timetable } from './timetable.ts';
import { timetableOf } from './timetable-of-engine.ts';
import type { Schedule, ScheduleEvent, ScheduleOptions } from './timetable-options.ts';

const startOptions = new CallOptions('start', runRules);

/**
 * Runs workflows: each step starts the moment the steps before it have ended.
 *
 * An engine that stands alone runs steps that are code or workflows; with a coordinator, steps go to agents too.
 */
export class WorkflowEngine {
  readonly #runtime: Runtime;
  readonly #settings: EngineSettings;
  readonly #host: RunHost;
  readonly #runs: RunRegistry<LiveRun>;
  /** Accepted runs that begin when the running code has given way. */
  readonly #beginning = new TurnQueue<LiveRun>((run) => this.#begin(run));
  /** Undefined where runs are kept in memory only. */
  readonly #store: RunStore | undefined;
  readonly #resumer: Resumer | undefined;
  readonly #definitions = new Map<string, Workflow>();
  /** Made at the first schedule. */
  #timetable: Timetable | undefined;
  #closed = false;

  /**
   * @param parts Given by the coordinator; an engine that is used alone makes its own.
   * @throws InvalidOptionsError
   */
  constructor(
    options?: WorkflowEngineOptions,
    parts?: { readonly runtime: Runtime; readonly executor: StepExecutor },
  ) {
    this.#settings = parseOptions('WorkflowEngine', engineRules, options);
    const { policy, grace, clock, store, lease, payloadLimit, definitions } = this.#settings;
    this.#runtime = parts?.runtime ?? new Runtime(clock);
    this.#store = store && new RunStore(this.#runtime, store, lease, payloadLimit);
    this.#resumer =
      this.#store &&
      new Resumer(this.#store, this.#settings.retention, {
        definitionOf: (name) => this.#definitions.get(name),
        knows: (id) => this.#runs.knows(id),
        isFull: () => this.#runs.isFull,
        isClosed: () => this.#closed,
        restore: (stored, definition) =>
          this.#restore(stored, definition, this.#runtime.root, undefined, undefined),
      });
    this.#runs = new RunRegistry(this.#runtime, this.#settings, (id) => this.#resumer?.remove(id));
    for (const definition of definitions) this.register(definition);
    this.#host = {
      runtime: this.#runtime,
      executor: parts?.executor ?? noExecutor,
      policy,
      graceMs: grace,
      codeTimeoutMs: effectivePolicy(policy).timeout,
      payloadLimit,
      store: this.#store,
      startWithin: (scope, parent, workflow, input, child) => {
        if (child?.resumed === true) return this.#resumeWithin(scope, parent, workflow, input, child);
        const run = this.#start(scope, parent, workflow, input, child && { id: child.id });
        return { result: run.result, policy: undefined, takesBack: () => run.takesBack };
      },
      runEnded: (run) => this.#runs.ended(run as LiveRun),
      stepAbandoned: () => this.#runs.counters.abandoned++,
    };
  }

  /** The name under which this engine owns runs in the store; undefined where there is none. */
  get owner(): string | undefined {
    return this.#store?.ownership.id;
  }

  /** What happens here, as events. */
  get events(): EventHub<RunEvent | ScheduleEvent> {
    return this.#runtime.events as unknown as EventHub<RunEvent | ScheduleEvent>;
  }

  /**
   * Starts a run and returns at once; its first steps begin when the caller's own code has given way.
   *
   * @throws InvalidOptionsError, DuplicateStepError, UnknownStepError, CycleError, SchemaViolationError,
   * UnstorableError, RunExistsError, FullError, ClosedError: nothing was started then. An input schema that is
   * asynchronous fails the run instead, and so does an id that a run in the store has.
   */
  start<I, O>(workflow: Workflow<I, O>, input: I, options?: RunOptions): Run<O> {
    return this.#start(
      this.#runtime.root,
      undefined,
      workflow as Workflow,
      input,
      options,
    ) as Run<unknown> as Run<O>;
  }

  /** Starts a run and waits for its output. Rejects with what {@link start} throws, or with the run's error. */
  run<I, O>(workflow: Workflow<I, O>, input: I, options?: RunOptions): Promise<O> {
    try {
      return this.start(workflow, input, options).result;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * A run that is under way or kept; undefined when there is none of that id. One whose id was not given is looked for
   * among them all.
   */
  get(id: string): Run | undefined {
    return this.#runs.get(id);
  }

  /** Where every run that is kept or under way stands: the kept ones in the order of their ends, then the others. */
  list(): readonly RunSnapshot[] {
    return Array.from(this.#runs, (run) => run.snapshot());
  }

  /** Every gate that waits for a decision, of all runs that are under way here: decide it by `get(runId)`. */
  pending(): readonly PendingGate[] {
    return Array.from(this.#runs.active, (run) => run.openGates()).flat();
  }

  /** Sizes and counters. */
  stats(): WorkflowStats {
    return this.#runs.stats();
  }

  /**
   * Makes a workflow known, so that {@link resume} can take up its runs. Those of the name it had before are its own now.
   *
   * @throws InvalidOptionsError, DuplicateStepError, UnknownStepError, CycleError
   */
  register(workflow: Workflow<never, unknown>): void {
    const definition = parseOption('register', 'workflow', workflowRule, workflow);
    // What is wrong with its graph should be heard of now.
    void definition.plan;
    this.#definitions.set(definition.name, definition);
  }

  /**
   * Takes up every unfinished run in the store whose workflow is known and whose owner is gone: what is recorded stays
   * as it is, attempts that were cut off are made again. Calls that overlap are one.
   *
   * Also removes finished runs beyond the retention. Rejects with `NoStoreError`, `ClosedError`, or as the store does.
   */
  resume(): Promise<ResumeReport> {
    if (this.#resumer === undefined) return Promise.reject(new NoStoreError());
    if (this.#closed) return Promise.reject(new ClosedError('WorkflowEngine'));
    return this.#resumer.resume();
  }

  /**
   * Starts runs of a workflow again and again, at the times of the wall clock that `options` say, until it is cancelled.
   *
   * The run for a time has the id `cron:<name>:<time>`: of several processes on one store that have the same schedule, one
   * starts it. Cancelled by `close()`.
   *
   * @throws InvalidNameError, InvalidOptionsError, DuplicateStepError, UnknownStepError, CycleError, ScheduleExistsError,
   * FullError beyond 1,000 schedules, ClosedError
   */
  schedule<I>(name: string, options: ScheduleOptions<I>): Schedule {
    if (this.#closed) throw new ClosedError('WorkflowEngine');
    this.#timetable ??= timetableOf(this, this.#runtime, this.#settings.store, this.#store);
    return this.#timetable.schedule(name, options);
  }

  /** Starts no more runs, except those that are part of a run that is under way. */
  close(): void {
    this.#closed = true;
    this.#timetable?.close();
  }

  /** @internal Resolves when nothing is on its way into the store any more, and others may take over what is left there. */
  async settled(): Promise<void> {
    const store = this.#store;
    if (store === undefined) return;
    store.persistence.end();
    // A store that never answers must not hold up the end for ever.
    const wait = new Pause(this.#runtime, this.#settings.grace);
    const runs = [...this.#runs.active].map((run) => run.stored);
    // What is over its retention by then is removed after it.
    const idle = Promise.all([this.#resumer?.idle(), ...runs]).then(() => this.#resumer?.idle());
    let isIdle = false;
    void idle
      .then(() => store.ownership.close())
      .then(() => {
        isIdle = true;
        wait.finish();
      });
    await wait.result.catch(ignore);
    if (isIdle) return;
    for (const run of [...this.#runs.active]) run.lost(new StoreError('failed', 'it has not answered'));
  }

  #start(
    scope: Scope,
    parent: ParentStep | undefined,
    workflow: Workflow,
    input: unknown,
    options: RunOptions | undefined,
  ): LiveRun {
    if (this.#closed && parent === undefined) throw new ClosedError('WorkflowEngine');
    const definition = parseOption('start', 'workflow', workflowRule, workflow);
    const { deadline, signal, id } = startOptions.read(options);
    this.#runs.demandRoom(id);
    const { input: schema } = definition;
    const checked =
      schema === undefined ? input : validate(schema, input, 'input', `workflow "${definition.name}"`);
    const demandStorable = (value: unknown): void =>
      checkPayload(() => `input of workflow "${definition.name}"`, value, this.#settings.payloadLimit);
    if (schema === undefined || !isThenable(checked)) demandStorable(checked);
    // A deadline counts from now; without one the time is first needed when the run begins.
    const timeoutMs = deadline ?? definition.deadline;
    if (timeoutMs !== Number.POSITIVE_INFINITY) this.#runtime.tick();
    const run = this.#add(definition, id ?? this.#newHandle(), parent);
    this.#runs.counters.started++;
    run.accept(scope, signal, timeoutMs);
    if (schema !== undefined && isThenable(checked)) {
      checked.then(
        (value) => {
          try {
            demandStorable(value);
            run.input = value;
            this.#begin(run);
          } catch (error) {
            run.fail(error);
          }
        },
        (error) => run.fail(error),
      );
    } else {
      run.input = checked;
      this.#beginning.add(run);
    }
    return run;
  }

  /** Runs that are stored are looked for by their ids, so theirs are made at once. */
  #newHandle(): string | number {
    const { ids } = this.#runtime;
    const number = ids.next();
    return this.#store === undefined ? number : ids.text('run', number);
  }

  #add(definition: Workflow, handle: string | number, parent: ParentStep | undefined): LiveRun {
    const run =
      definition instanceof Flow
        ? new FlowRun(this.#host, definition as Flow, handle, parent)
        : new LiveRun(this.#host, definition, handle, parent);
    this.#runs.add(run);
    return run;
  }

  #begin(run: LiveRun): void {
    this.#runtime.tick();
    try {
      run.start();
    } catch (error) {
      run.fail(error);
    }
  }

  #restore(
    stored: StoredRun,
    definition: Workflow,
    scope: Scope,
    parent: ParentStep | undefined,
    stopReason: unknown,
  ): LiveRun {
    const { clock } = this.#runtime;
    this.#runtime.tick();
    const run = this.#add(definition, stored.id, parent);
    this.#runs.counters.resumed++;
    const { deadlineAt } = stored.origin;
    const timeoutMs =
      deadlineAt === undefined ? Number.POSITIVE_INFINITY : Math.max(0, deadlineAt - clock.now());
    run.accept(scope, undefined, timeoutMs);
    run.resume(this.#store!, stored, stopReason);
    return run;
  }

  #resumeWithin(
    scope: Scope,
    parent: ParentStep,
    workflow: Workflow,
    input: unknown,
    { id, stopReason }: Child,
  ): StepJob {
    let run: LiveRun | undefined;
    let isKnown = false;
    const reasonNow = (): unknown => (scope.ended ? scope.stopReason : stopReason);
    const isWanted = (): boolean => reasonNow() === undefined || isLeft(reasonNow());
    const find = async (): Promise<unknown> => {
      try {
        // An owner that was superseded must not claim what is part of a run that it has lost.
        await this.#runs.get(parent.rootId)?.verify();
        const found = await this.#resumer!.findChild(id, parent.rootId, workflow, isWanted);
        // Whoever owns it next goes on with it.
        const reason = reasonNow();
        if (isLeft(reason)) throw new SuspendedError(id, reason);
        if (found?.ended === true) return outcomeOf(found);
        // What has ended would stop it before it is known what there is to take back.
        const within = scope.ended ? this.#runtime.root : scope;
        if (found !== undefined) run = this.#restore(found, workflow, within, parent, reason);
        // It had not begun: there is nothing to take back.
        else if (reason !== undefined) throw reason;
        else run = this.#start(scope, parent, workflow, input, { id });
        return run.result;
      } finally {
        // Not before: restoring it may find that its time was up, and whoever stops it asks.
        isKnown = true;
      }
    };
    return { result: find(), policy: undefined, takesBack: () => !isKnown || run?.takesBack === true };
  }
}
