import { callable, parseOption } from '../kernel/options.ts';
import type { Schema } from '../kernel/schema.ts';
import { parseBranch } from './composites/branch.ts';
import { parseForEach } from './composites/for-each.ts';
import type {
  Answers,
  BranchStep,
  EachInput,
  EachItem,
  EachWait,
  Joined,
  OtherwiseStep,
  OutputOf,
  RaceStep,
  RepeatStep,
  ScatterStep,
  Winner,
} from './composites/forms.ts';
import { parseRace } from './composites/race.ts';
import { parseRepeat } from './composites/repeat.ts';
import { parseScatter } from './composites/scatter.ts';
import { frozen, Workflow, type WorkflowSettings } from './definition.ts';
import type {
  FunctionStep,
  GateStep,
  Outputs,
  ReadonlyOutputs,
  RequirementStep,
  ScopeStep,
  StepScope,
  TargetStep,
  Uncertain,
  WaitStep,
  With,
} from './forms.ts';
import type { DecisionOf } from './gates.ts';
import type { JoinOption } from './joins.ts';
import { parseGateStep } from './parse-gate.ts';
import { parseStep } from './parse-step.ts';
import type { StepDefinition } from './step.ts';

/** The builder with one more step. */
type Added<I, S, HI, U, G, Id extends string, A, J, O, W, F, FO> = WorkflowBuilder<
  I,
  With<S, Id, O | Awaited<FO>, W>,
  HI,
  Uncertain<U, G, Id, A, J, F, FO>,
  G & { [K in Id]: A }
>;
type AnyBuilder = WorkflowBuilder<unknown, unknown, unknown, unknown, unknown>;
// biome-ignore lint/suspicious/noExplicitAny: one implementation serves every form of a step
type Grown<I, HI> = WorkflowBuilder<I, any, HI, any, any>;

/**
 * A workflow to which steps can be added. Each call returns a new one; every one of them can be run.
 *
 * @typeParam I What a run takes. @typeParam S The outputs of the steps so far, by id. @typeParam HI What steps see
 * of the input. @typeParam U The steps whose output may be missing although the run completed.
 * @typeParam G For each step, those before it.
 */
export class WorkflowBuilder<I, S, HI = I, U = never, G = unknown> extends Workflow<I, Outputs<S, U>> {
  readonly #settings: WorkflowSettings;
  readonly #previous: AnyBuilder | undefined;
  readonly #step: StepDefinition | undefined;

  /** @internal */
  constructor(name: string, settings: WorkflowSettings, previous?: AnyBuilder, step?: StepDefinition) {
    super(name, settings, () => this.#list());
    this.#settings = settings;
    this.#previous = previous;
    this.#step = step;
  }

  /**
   * Adds a step. It starts the moment the steps in `after` have ended, whatever else is still running.
   *
   * @param id Its name: the key of its output in later scopes. Unique in the workflow; any name but `input` and `then`.
   * @throws InvalidNameError, InvalidOptionsError. Graph errors come when the workflow is first used.
   */
  step<
    const Id extends string,
    const A extends keyof S & string = never,
    const J extends JoinOption<Required<S>[A]> = 'all',
    W extends boolean = never,
    const F extends 'fail' | 'continue' = 'fail',
    FI = never,
    FO = never,
  >(
    id: Id,
    step: RequirementStep<HI, S, A, J, W, F, FI, FO>,
  ): Added<I, S, HI, U, G, Id, A, J, unknown, W, F, FO>;
  step<
    const Id extends string,
    O,
    const A extends keyof S & string = never,
    const J extends JoinOption<Required<S>[A]> = 'all',
    W extends boolean = never,
    const F extends 'fail' | 'continue' = 'fail',
    FI = never,
    FO = never,
  >(
    id: Id,
    step: ScopeStep<HI, S, A, O, J, W, F, FI, FO>,
  ): Added<I, S, HI, U, G, Id, A, J, Awaited<O>, W, F, FO>;
  step<
    const Id extends string,
    M,
    O,
    const A extends keyof S & string = never,
    const J extends JoinOption<Required<S>[A]> = 'all',
    W extends boolean = never,
    const F extends 'fail' | 'continue' = 'fail',
    FI = never,
    FO = never,
  >(
    id: Id,
    step: FunctionStep<HI, S, A, M, O, J, W, F, FI, FO>,
  ): Added<I, S, HI, U, G, Id, A, J, Awaited<O>, W, F, FO>;
  step<
    const Id extends string,
    O,
    const A extends keyof S & string = never,
    const J extends JoinOption<Required<S>[A]> = 'all',
    W extends boolean = never,
    const F extends 'fail' | 'continue' = 'fail',
    FI = never,
    FO = never,
  >(id: Id, step: WaitStep<HI, S, A, O, J, W, F, FI, FO>): Added<I, S, HI, U, G, Id, A, J, O, W, F, FO>;
  step<
    const Id extends string,
    TI,
    O,
    const A extends keyof S & string = never,
    const J extends JoinOption<Required<S>[A]> = 'all',
    W extends boolean = never,
    const F extends 'fail' | 'continue' = 'fail',
    FI = never,
    FO = never,
  >(id: Id, step: TargetStep<HI, S, A, TI, O, J, W, F, FI, FO>): Added<I, S, HI, U, G, Id, A, J, O, W, F, FO>;
  step(id: string, step: object): Grown<I, HI> {
    return this.#with(parseStep(id, step));
  }

  /**
   * Adds a step that runs the same for each item of a list that is known when its turn has come. Each item has a step of
   * its own in a run below this one; the outputs stand in the order of the items. `policy` is about each item.
   *
   * @throws InvalidNameError, InvalidOptionsError
   */
  forEach<
    const Id extends string,
    T,
    O,
    const A extends keyof S & string = never,
    const J extends JoinOption<O> = 'all',
    W extends boolean = never,
    const F extends 'fail' | 'continue' = 'fail',
    FI = never,
    FO = never,
  >(
    id: Id,
    step: EachWait<StepScope<HI, S, A>, A, T, O, J, W, F, FI, FO>,
  ): Added<I, S, HI, U, G, Id, A, 'all', Joined<O, J>, W, F, FO>;
  forEach<
    const Id extends string,
    T,
    O,
    const A extends keyof S & string = never,
    const J extends JoinOption<Awaited<O>> = 'all',
    W extends boolean = never,
    const F extends 'fail' | 'continue' = 'fail',
    FI = never,
    FO = never,
  >(
    id: Id,
    step: EachItem<StepScope<HI, S, A>, A, T, O, J, W, F, FI, FO>,
  ): Added<I, S, HI, U, G, Id, A, 'all', Joined<Awaited<O>, J>, W, F, FO>;
  forEach<
    const Id extends string,
    T,
    M,
    O,
    const A extends keyof S & string = never,
    const J extends JoinOption<Awaited<O>> = 'all',
    W extends boolean = never,
    const F extends 'fail' | 'continue' = 'fail',
    FI = never,
    FO = never,
  >(
    id: Id,
    step: EachInput<StepScope<HI, S, A>, A, T, M, O, J, W, F, FI, FO>,
  ): Added<I, S, HI, U, G, Id, A, 'all', Joined<Awaited<O>, J>, W, F, FO>;
  forEach(id: string, step: object): Grown<I, HI> {
    return this.#with(parseForEach(id, step));
  }

  /**
   * Adds a step that is run round after round until `until` says that it is done. Its output is that of the last round.
   *
   * @throws InvalidNameError, InvalidOptionsError
   */
  repeat<
    const Id extends string,
    TI,
    O,
    const A extends keyof S & string = never,
    W extends boolean = never,
    const F extends 'fail' | 'continue' = 'fail',
    FI = never,
    FO = never,
  >(
    id: Id,
    step: RepeatStep<StepScope<HI, S, A>, A, TI, O, W, F, FI, FO>,
  ): Added<I, S, HI, U, G, Id, A, 'all', O, W, F, FO>;
  repeat(id: string, step: object): Grown<I, HI> {
    return this.#with(parseRepeat(id, step));
  }

  /**
   * Adds a step that runs several things at once, of which the first to complete counts. What
   * else is under way is cancelled then. The step fails when all have failed.
   *
   * @throws InvalidNameError, InvalidOptionsError
   */
  race<
    const Id extends string,
    const R,
    const A extends keyof S & string = never,
    W extends boolean = never,
    const F extends 'fail' | 'continue' = 'fail',
    FI = never,
    FO = never,
  >(
    id: Id,
    step: RaceStep<StepScope<HI, S, A>, A, R, W, F, FI, FO>,
  ): Added<I, S, HI, U, G, Id, A, 'all', Winner<R>, W, F, FO>;
  race(id: string, step: object): Grown<I, HI> {
    return this.#with(parseRace(id, step));
  }

  /**
   * Adds a step that asks several agents the same. Their answers stand in the order of the agents.
   *
   * @throws InvalidNameError, InvalidOptionsError
   */
  scatter<
    const Id extends string,
    TI,
    O,
    const A extends keyof S & string = never,
    const J extends JoinOption<O> = 'all',
    W extends boolean = never,
    const F extends 'fail' | 'continue' = 'fail',
    FI = never,
    FO = never,
  >(
    id: Id,
    step: ScatterStep<StepScope<HI, S, A>, A, TI, O, J, W, F, FI, FO>,
  ): Added<I, S, HI, U, G, Id, A, 'all', Answers<O, J>, W, F, FO>;
  scatter(id: string, step: object): Grown<I, HI> {
    return this.#with(parseScatter(id, step));
  }

  /**
   * Adds a step that runs one of several things.
   *
   * @throws InvalidNameError, InvalidOptionsError
   */
  branch<
    const Id extends string,
    const R,
    const R2,
    const A extends keyof S & string = never,
    W extends boolean = never,
    const F extends 'fail' | 'continue' = 'fail',
    FI = never,
    FO = never,
  >(
    id: Id,
    step: OtherwiseStep<StepScope<HI, S, A>, A, R, R2, W, F, FI, FO>,
  ): Added<I, S, HI, U, G, Id, A, 'all', OutputOf<R[keyof R] | R2>, W, F, FO>;
  branch<
    const Id extends string,
    const R,
    const A extends keyof S & string = never,
    W extends boolean = never,
    const F extends 'fail' | 'continue' = 'fail',
    FI = never,
    FO = never,
  >(
    id: Id,
    step: BranchStep<StepScope<HI, S, A>, A, R, W, F, FI, FO>,
  ): Added<I, S, HI, U, G, Id, A, 'all', OutputOf<R[keyof R]>, W, F, FO>;
  branch(id: string, step: object): Grown<I, HI> {
    return this.#with(parseBranch(id, step));
  }

  /**
   * Adds a step that waits for the decision of somebody outside. Its output is the decision.
   *
   * @throws InvalidNameError, InvalidOptionsError
   */
  gate<
    const Id extends string,
    const A extends keyof S & string = never,
    GS extends Schema | undefined = undefined,
    W extends boolean = never,
    const F extends 'fail' | 'continue' = 'fail',
    FI = never,
    FO = never,
  >(
    id: Id,
    step: GateStep<StepScope<HI, S, A>, A, GS, W, F, FI, FO>,
  ): Added<I, S, HI, U, G, Id, A, 'all', DecisionOf<GS>, W, F, FO>;
  gate(id: string, step: object): Grown<I, HI> {
    return this.#with(parseGateStep(id, step));
  }

  /**
   * Says what a run gives back. Without it a run gives a record of the outputs of all steps.
   *
   * @param output Called once, when every step has ended well. Its promise, if it returns one, is waited for.
   */
  output<O>(output: (outputs: ReadonlyOutputs<S, U>) => O): Workflow<I, Awaited<O>> {
    parseOption('workflow', 'output', callable<(outputs: never) => unknown>(), output);
    return frozen(new Workflow(this.name, this.#settings, () => this.#list(), output));
  }

  #with(step: StepDefinition): Grown<I, HI> {
    const previous = this as unknown as AnyBuilder;
    return frozen(new WorkflowBuilder(this.name, this.#settings, previous, step)) as unknown as Grown<I, HI>;
  }

  /** A list instead of recursion: the chain may be long. */
  #list(): readonly StepDefinition[] {
    const steps: StepDefinition[] = [];
    let builder: AnyBuilder | undefined = this as unknown as AnyBuilder;
    while (builder !== undefined) {
      if (builder.#step !== undefined) steps.push(builder.#step);
      builder = builder.#previous;
    }
    return steps.reverse();
  }
}
