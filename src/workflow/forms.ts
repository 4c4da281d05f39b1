import type { Duration } from '../kernel/durations.ts';
import type { ErrorRecord } from '../kernel/errors.ts';
import type { Schema } from '../kernel/schema.ts';
import type { HandlerContext, Requirement, Runnable } from '../kernel/work.ts';
import type { Policy } from '../resilience/index.ts';
import type { DecisionOf, GateOptions, GateTarget } from './gates.ts';
import type { Settled } from './joins.ts';
import type { Wait } from './waits.ts';

/** The outputs that a step sees, by its join. */
type Seen<S, A extends keyof S, J> = [J] extends ['all']
  ? { readonly [K in keyof Pick<S, A>]: Pick<S, A>[K] }
  : [J] extends ['settled']
    ? { readonly [K in keyof Pick<S, A>]-?: Settled<Required<Pick<S, A>>[K]> }
    : { readonly [K in A]?: S[K] };

/**
 * What a step sees: the run's input, and the outputs of the steps that it named in `after`. A step that joins
 * `'settled'` sees what became of each; with a join that goes on without some, each output may be missing.
 */
export type StepScope<I, S, A extends keyof S, J = 'all'> = {
  /** The run's input, as its schema returned it. */
  readonly input: I;
} & Seen<S, A, J>;

/**
 * What gives a step an output when it has failed for good.
 *
 * @typeParam C What the step sees. @typeParam FI What is run instead takes. @typeParam FO What it gives back.
 */
export type Fallback<C, FI, FO> =
  | {
      /** The output. */
      readonly value: FO;
    }
  | {
      /** The code that is run instead: gets what the step saw, and `error`. */
      readonly run: (scope: C & { readonly error: ErrorRecord }, context: HandlerContext) => FO;
      /** Left out: the code gets what the step saw. */
      readonly input?: undefined;
      /** Attempts, backoff and timeout; what it leaves out comes from the workflow. */
      readonly policy?: Policy | undefined;
    }
  | {
      /** The capability, agent or workflow that is run instead. */
      readonly run: Runnable<FI, FO>;
      /** Makes its input. */
      readonly input: (scope: C, error: ErrorRecord) => NoInfer<FI>;
      /** Attempts, backoff and timeout; what it leaves out comes from the workflow. */
      readonly policy?: Policy | undefined;
    };

/**
 * Takes back what a step has done. Gets its output; undefined where nobody knows what it came to: the step was cancelled,
 * its time was up, or the process ended meanwhile.
 */
export type Undo<O> = (output: NoInfer<Awaited<O>> | undefined, context: HandlerContext) => unknown;

/**
 * What every step may say.
 *
 * @typeParam C What it sees. @typeParam A The steps before it. @typeParam W Given when it has a `when`.
 * @typeParam F What it says about failure. @typeParam O What it gives back.
 */
export interface StepFacts<C, A extends PropertyKey, W, F, FI, FO, O> {
  /** The steps that must have ended before it; it starts as soon as they have. @default [] */
  readonly after?: readonly A[] | undefined;
  /** Whether it runs at all. A step that does not is skipped; those after it run without its output. @default it runs */
  readonly when?: ((scope: C) => W) | undefined;
  /** Attempts, backoff and timeout; what it leaves out comes from the workflow. */
  readonly policy?: Policy | undefined;
  /**
   * What happens when it has failed for good. `'fail'`: the run fails. `'continue'`: the run goes on, and the steps that
   * need its output are skipped. `{ value }`: that is its output. `{ run, input? }`: that is run, and gives the output.
   *
   * @default 'fail'
   */
  readonly onFailure?: F | Fallback<C, FI, FO> | undefined;
  /** Takes back what it has done when the run fails or is cancelled: gets its output. */
  readonly undo?:
    | Undo<O>
    | {
        /** The code. */
        readonly run: Undo<O>;
        /** Its attempts, backoff and timeout; what it leaves out comes from the workflow. */
        readonly policy?: Policy | undefined;
      }
    | undefined;
  /** How long it is expected to take; for the critical path. */
  readonly estimate?: Duration | undefined;
  /** What it is expected to cost, in a unit of your own; for `explain`. 0 or more. */
  readonly cost?: number | undefined;
}

/** What a step with several steps before it may say. */
interface Joining<J> {
  /**
   * When it starts. `'all'`: when all steps in `after` have completed. `'settled'`: when all have ended, whatever became
   * of them. `'any'`: when one has completed. Or what `atLeast`, `quorum` and `before` make. Members that nobody needs
   * any more are cancelled. @default 'all'
   */
  readonly join?: J | undefined;
}

/** A step for a capability, an agent, another workflow, or a timer whose time the step says. */
export interface TargetStep<I, S, A extends keyof S, TI, O, J, W, F, FI, FO>
  extends StepFacts<StepScope<I, S, A, J>, A, W, F, FI, FO, O>,
    Joining<J> {
  /** The capability, agent or workflow that it is for. */
  readonly run: Runnable<TI, O> | Wait<TI, O>;
  /** Makes the input. */
  readonly input: (scope: StepScope<I, S, A, J>) => NoInfer<TI>;
}

/** A step that waits for a signal, a time or a decision. */
export interface WaitStep<I, S, A extends keyof S, O, J, W, F, FI, FO>
  extends StepFacts<StepScope<I, S, A, J>, A, W, F, FI, FO, O>,
    Joining<J> {
  /** What it waits for; made by `signal`, `sleep`, `sleepUntil` or `gate`. */
  readonly run: Wait<undefined, O> | GateTarget<O>;
  /** Left out: a wait takes nothing. */
  readonly input?: undefined;
}

/** A step for whoever fulfils a requirement. */
export interface RequirementStep<I, S, A extends keyof S, J, W, F, FI, FO>
  extends StepFacts<StepScope<I, S, A, J>, A, W, F, FI, FO, unknown>,
    Joining<J> {
  /** What an agent must offer to get it. */
  readonly run: Requirement;
  /** Makes the input. */
  readonly input: (scope: StepScope<I, S, A, J>) => unknown;
}

/** A step that is a function of its own input. */
export interface FunctionStep<I, S, A extends keyof S, M, O, J, W, F, FI, FO>
  extends StepFacts<StepScope<I, S, A, J>, A, W, F, FI, FO, O>,
    Joining<J> {
  /** The code; what it returns, or what its promise resolves to, is the step's output. */
  readonly run: (input: M, context: HandlerContext) => O;
  /** Makes the input. */
  readonly input: (scope: StepScope<I, S, A, J>) => M;
}

/** A step that is a function of what it sees. */
export interface ScopeStep<I, S, A extends keyof S, O, J, W, F, FI, FO>
  extends StepFacts<StepScope<I, S, A, J>, A, W, F, FI, FO, O>,
    Joining<J> {
  /** The code; what it returns, or what its promise resolves to, is the step's output. */
  readonly run: (scope: StepScope<I, S, A, J>, context: HandlerContext) => O;
  /** Left out: the code gets what the step sees. */
  readonly input?: undefined;
}

/** A step that waits for the decision of somebody outside. */
export interface GateStep<C, A extends PropertyKey, GS extends Schema | undefined, W, F, FI, FO>
  extends Omit<StepFacts<C, A, W, F, FI, FO, DecisionOf<GS>>, 'policy'>,
    GateOptions<C, GS, DecisionOf<GS>> {}

/** The outputs with one more, which may be missing when its step has a `when`. */
export type With<S, Id extends string, O, W> = [W] extends [never]
  ? S & { [K in Id]: O }
  : S & { [K in Id]?: O };

/**
 * The steps whose output may be missing although the run completed: those that say `onFailure: 'continue'`, those that
 * are skipped with them, and the members of joins that go on without, with all that may be cancelled with them.
 */
export type Uncertain<U, G, Id, A, J, F, FO> =
  | U
  // An object in the place of `F` leaves both of its words possible; then there is something that gives an output.
  | ('continue' extends F ? ([FO] extends [never] ? Id : never) : never)
  | ([J] extends ['all']
      ? [A & U] extends [never]
        ? never
        : Id
      : [J] extends ['settled']
        ? A
        : Upstream<G, A>);

/** Steps and all that come before them. @typeParam G For each step, those before it. */
type Upstream<G, Next, Found = never> = [Next] extends [never]
  ? Found
  : Upstream<G, Exclude<G[Next & keyof G], Found | Next>, Found | Next>;

/** The outputs of a run that completed, by step. */
export type Outputs<S, U> = [U] extends [never]
  ? { [K in keyof S]: S[K] }
  : Flat<{ [K in keyof S as Exclude<K, U>]: S[K] } & { [K in keyof S as Extract<K, U>]?: S[K] }>;

/** As {@link Outputs}, for reading. */
export type ReadonlyOutputs<S, U> = [U] extends [never]
  ? { readonly [K in keyof S]: S[K] }
  : Readonly<Outputs<S, U>>;

type Flat<T> = { [K in keyof T]: T[K] };
