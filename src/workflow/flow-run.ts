import { HandlerError, RecordedError } from '../kernel/errors.ts';
import { ignore } from '../kernel/functions.ts';
import { checkName } from '../kernel/names.ts';
import { Pause } from '../kernel/pause.ts';
import { DefinitionMismatchError, DuplicateStepError, RunFailedError } from './errors.ts';
import type { Flow, FlowContext } from './flow.ts';
import { flowContext } from './flow-context.ts';
import { FlowPlan } from './flow-plan.ts';
import type { ParentStep, RunHost } from './handle.ts';
import { parseStep } from './parse-step.ts';
import { NOTHING } from './plan.ts';

import type { OpenStep, Resumption } from './resumption.ts';
import { LiveRun } from './run.ts';
import { RunNotActiveError } from './run-errors.ts';
import type { StepDefinition } from './step.ts';
import type { StoredRun } from './stored-run.ts';
import type { UndoReport } from './undo-report.ts';

/** How long code may take to ask for its recorded steps again, when they are to be undone. */
const REHEARSAL_MS = 60_000;

/** One execution of a flow: its code asks for the steps, one after the other or several at once. */
export class FlowRun extends LiveRun {
  declare readonly definition: Flow;
  declare readonly plan: FlowPlan;
  /** Those who wait for steps. */
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  /** The steps of which the code has said what they are. */
  readonly #defined = new Set<string>();
  /** The steps that were under way when the last owner was gone, until the code asks for them. */
  #open: ReadonlyMap<string, OpenStep> = new Map();
  /** The steps that have begun under earlier owners and said how they are undone. */
  readonly #earlier = new Set<string>();
  /** What the code has given back; undefined while it runs. */
  #given: { readonly output: unknown } | undefined;
  #onDefined: () => void = ignore;

  constructor(host: RunHost, definition: Flow, handle: string | number, parent: ParentStep | undefined) {
    super(host, definition, handle, parent, new FlowPlan());
  }

  override get size(): number {
    return this.plan.steps.length;
  }

  protected override prepare({ entries }: StoredRun): void {
    for (const { step, details } of entries) {
      if (step !== undefined && details?.undoable === true) this.#earlier.add(step);
      if (step === undefined || this.plan.index.has(step)) continue;
      this.plan.addUnknown(step);
      this.record.state.grow();
    }
  }

  protected override goOn(resumption: Resumption | undefined): void {
    if (resumption !== undefined) {
      this.#open = new Map(resumption.open.map((open) => [open.step, open]));
      this.record.state.returnTurns();
    }
    this.record.whenStored(() => this.#runCode());
  }

  /** The code runs once more, up to what is not on record: then it is known how its steps are undone. */
  protected override rehearse(): Promise<void> | undefined {
    if (this.#unknown.length === 0) return undefined;
    const pause = new Pause(this.runtime, REHEARSAL_MS);
    const over = (): void => pause.finish();
    this.#onDefined = (): void => {
      if (this.#unknown.length === 0) over();
    };
    this.#play(true).then(over, over);
    return pause.result.then(ignore);
  }

  protected override get mayUndo(): boolean {
    return super.mayUndo || this.#unknown.length > 0;
  }

  /** Nobody knows how those steps are undone that the code has not asked for again. */
  override undone(report: UndoReport): void {
    super.undone({ ...report, remaining: [...report.remaining, ...this.#unknown] });
  }

  get #unknown(): readonly string[] {
    return [...this.#earlier].filter((id) => !this.#defined.has(id));
  }

  override stepSettled(step: number, isOutput: boolean, value: unknown): void {
    const waiting = this.#waiting.get(step);
    if (waiting === undefined) return;
    this.#waiting.delete(step);
    this.record.whenStored(() => (isOutput ? waiting.resolve(value) : waiting.reject(value)));
  }

  override stepsEnded(): void {
    // Steps that nobody waits for belong to the run all the same.
    if (this.#given !== undefined) this.complete(this.#given.output);
  }

  protected override stopped(reason: unknown): void {
    super.stopped(reason);
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }

  /** @param rehearsing True when the code is only to say how its steps are undone. */
  async #play(rehearsing: boolean): Promise<unknown> {
    const body = this.definition.body as (flow: FlowContext, input: unknown) => unknown;
    const asked = new Set<string>();
    const ask = async (id: string, define: () => object): Promise<unknown> => {
      checkName('step', id);
      const step = parseStep(id, define());
      if (asked.has(id)) throw new DuplicateStepError(this.workflow, id);
      asked.add(id);
      return rehearsing ? this.#rehearsed(step) : this.#ask(step);
    };
    const { id: runId } = this;
    return body(
      flowContext(runId, () => this.signal, ask),
      this.input,
    );
  }

  #runCode(): void {
    if (this.ended) return;
    this.#play(false).then(
      (output) => {
        this.runtime.tick();
        const left = [...this.#open.keys()].filter((id) => !this.#defined.has(id));
        if (left.length > 0) {
          const changes = { added: [], removed: left, changed: [] };
          this.#codeFailed(new DefinitionMismatchError(this.workflow, this.id, changes));
          return;
        }
        this.#given = { output };
        if (!this.ended && this.record.state.left === 0) this.complete(output);
      },
      (error) => this.#codeFailed(new HandlerError(`the code of flow "${this.workflow}"`, error)),
    );
  }

  #codeFailed(cause: Error): void {
    this.fail(new RunFailedError(this.id, this.workflow, [], cause));
  }

  /** The code asks for a step: gives what is on record, or has it run. */
  #ask(step: StepDefinition): unknown {
    if (this.ended) throw new RunNotActiveError(this.id, this.status);
    const known = this.#define(step);
    if (known === undefined) {
      const number = this.plan.add(step);
      this.record.state.grow();
      return this.#wait(number, () => this.turns.advance());
    }
    const outcome = this.#outcomeOf(known);
    if (outcome !== undefined) return outcome.output;
    const open = this.#open.get(step.id);
    return this.#wait(known, () => {
      if (open === undefined) this.turns.advance();
      else this.turns.reopen(open);
    });
  }

  /** The same in a rehearsal: what is not on record never comes. */
  #rehearsed(step: StepDefinition): unknown {
    const known = this.#define(step);
    const outcome = known === undefined ? undefined : this.#outcomeOf(known);
    return outcome === undefined ? new Promise(() => {}) : outcome.output;
  }

  /** Says what a step is that is on record. @returns Its number; undefined for one that is not. */
  #define(step: StepDefinition): number | undefined {
    const known = this.plan.index.get(step.id);
    if (known === undefined) return undefined;
    this.plan.define(known, step);
    this.#defined.add(step.id);
    this.#onDefined();
    return known;
  }

  /** @throws RecordedError when the step failed. */
  #outcomeOf(number: number): { readonly output: unknown } | undefined {
    const { state } = this.record;
    const output = state.outputs[number];
    if (output !== NOTHING) return { output };
    const error = state.errors?.get(number);
    if (error !== undefined) throw new RecordedError(error);
    return undefined;
  }

  #wait(number: number, begin: () => void): Promise<unknown> {
    const waiting = Promise.withResolvers<unknown>();
    waiting.promise.catch(ignore);
    this.#waiting.set(number, waiting);
    this.runtime.tick();
    begin();
    return waiting.promise;
  }
}
