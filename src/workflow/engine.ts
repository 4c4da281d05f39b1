import { ClosedError, FullError } from '../kernel/errors.ts';
import type { EventHub } from '../kernel/events.ts';
import { isThenable } from '../kernel/functions.ts';
import { CallOptions, parseOption, parseOptions } from '../kernel/options.ts';
import { Runtime } from '../kernel/runtime.ts';
import { validate } from '../kernel/schema.ts';
import type { Scope } from '../kernel/scope.ts';
import { TurnQueue } from '../kernel/turn-queue.ts';
import { effectivePolicy } from '../resilience/index.ts';
import type { Workflow } from './definition.ts';
import { RunExistsError } from './errors.ts';
import type { RunEvent } from './events.ts';
import { noExecutor, type StepExecutor } from './executor.ts';
import type { ParentStep, Run, RunHost } from './handle.ts';
import {
  type EngineSettings,
  engineRules,
  type RunOptions,
  runRules,
  type WorkflowEngineOptions,
  workflowRule,
} from './options.ts';
import { LiveRun } from './run.ts';
import { RunList } from './run-list.ts';
import type { RunSnapshot } from './snapshot.ts';

/** Sizes now, and counters since the engine was made. */
export interface WorkflowStats {
  /** Runs under way. */
  readonly active: number;
  /** How many may be under way. */
  readonly activeLimit: number;
  /** Finished runs that are kept. */
  readonly retained: number;
  /** How many are kept at most. */
  readonly retainedLimit: number;
  /** Runs that were accepted, those that are steps of other runs included. */
  readonly started: number;
  /** Runs that ended with an output. */
  readonly completed: number;
  /** Runs that ended with an error, or whose time was up. */
  readonly failed: number;
  /** Runs that were stopped: by their signal, by `cancel()`, or with what they were part of. */
  readonly cancelled: number;
  /** Steps whose code ignored its signal through the grace period. */
  readonly abandoned: number;
}

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
  readonly #active = new RunList<LiveRun>();
  /** Finished runs, in the order of their ends. */
  readonly #kept = new RunList<LiveRun>();
  #keptSteps = 0;
  /** Those of both that were given an id. */
  readonly #named = new Map<string, LiveRun>();
  /** Accepted runs that begin when the running code has given way. */
  readonly #beginning = new TurnQueue<LiveRun>((run) => this.#begin(run));
  #counters = { started: 0, completed: 0, failed: 0, cancelled: 0, abandoned: 0 };
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
    const { policy, grace, clock } = this.#settings;
    this.#runtime = parts?.runtime ?? new Runtime(clock);
    this.#host = {
      runtime: this.#runtime,
      executor: parts?.executor ?? noExecutor,
      policy,
      graceMs: grace,
      codeTimeoutMs: effectivePolicy(policy).timeout,
      startWithin: (scope, parent, workflow, input) => {
        const { result } = this.#start(scope, parent, workflow, input, undefined);
        return { result, policy: undefined };
      },
      runEnded: (run) => this.#runEnded(run as LiveRun),
      stepAbandoned: () => this.#counters.abandoned++,
    };
  }

  /** What happens here, as events. */
  get events(): EventHub<RunEvent> {
    return this.#runtime.events as unknown as EventHub<RunEvent>;
  }

  /**
   * Starts a run and returns at once; its first steps begin when the caller's own code has given way.
   *
   * @throws InvalidOptionsError, DuplicateStepError, UnknownStepError, CycleError, SchemaViolationError, RunExistsError,
   * FullError, ClosedError: nothing was started then. An input schema that is asynchronous fails the run instead.
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
    if (typeof id !== 'string') return undefined;
    const named = this.#named.get(id);
    if (named !== undefined) return named;
    const number = this.#runtime.ids.parse('run', id);
    for (const run of this.#active) if (run.handle === number) return run;
    for (const run of this.#kept) if (run.handle === number) return run;
    return undefined;
  }

  /** Where every run that is kept or under way stands: the kept ones in the order of their ends, then the others. */
  list(): readonly RunSnapshot[] {
    return [...this.#kept, ...this.#active].map((run) => run.snapshot());
  }

  /** Sizes and counters. */
  stats(): WorkflowStats {
    return {
      ...this.#counters,
      active: this.#active.size,
      activeLimit: this.#settings.runs,
      retained: this.#kept.size,
      retainedLimit: this.#settings.retention.runs,
    };
  }

  /** Starts no more runs, except those that are part of a run that is under way. */
  close(): void {
    this.#closed = true;
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
    if (this.#active.size >= this.#settings.runs) throw new FullError('list of runs', this.#settings.runs);
    if (id !== undefined && this.get(id) !== undefined) throw new RunExistsError(id);
    const { input: schema } = definition;
    const checked =
      schema === undefined ? input : validate(schema, input, 'input', `workflow "${definition.name}"`);
    // A deadline counts from now; without one the time is first needed when the run begins.
    const timeoutMs = deadline ?? definition.deadline;
    if (timeoutMs !== Number.POSITIVE_INFINITY) this.#runtime.tick();
    const run = new LiveRun(this.#host, definition, id ?? this.#runtime.ids.next(), parent);
    this.#active.add(run);
    if (id !== undefined) this.#named.set(id, run);
    this.#counters.started++;
    run.accept(scope, signal, timeoutMs);
    if (schema !== undefined && isThenable(checked)) {
      checked.then(
        (value) => {
          run.input = value;
          this.#begin(run);
        },
        (error) => run.fail(error),
      );
    } else {
      run.input = checked;
      this.#beginning.add(run);
    }
    return run;
  }

  #begin(run: LiveRun): void {
    this.#runtime.tick();
    run.start();
  }

  #runEnded(run: LiveRun): void {
    const { status } = run;
    if (status === 'completed' || status === 'failed' || status === 'cancelled') this.#counters[status]++;
    this.#active.remove(run);
    this.#kept.add(run);
    this.#keptSteps += run.size;
    const { runs, steps } = this.#settings.retention;
    while (this.#kept.size > runs || this.#keptSteps > steps) this.#forget(this.#kept.first as LiveRun);
  }

  #forget(run: LiveRun): void {
    this.#kept.remove(run);
    this.#keptSteps -= run.size;
    if (typeof run.handle === 'string') this.#named.delete(run.handle);
  }
}
