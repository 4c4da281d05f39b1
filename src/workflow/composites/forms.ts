import type { HandlerContext, Requirement, Runnable } from '../../kernel/work.ts';
import type { Policy } from '../../resilience/index.ts';
import type { StepFacts } from '../forms.ts';
import type { GateTarget } from '../gates.ts';
import type { Settled } from '../joins.ts';
import type { Wait } from '../waits.ts';

/** What a composite gives for its members, by its join. */
export type Joined<O, J> = [J] extends ['all']
  ? O[]
  : [J] extends ['settled']
    ? Settled<O>[]
    : (O | undefined)[];

/** What several members that are made at run time have in common. */
interface Many<J> {
  /** Members at once. 1 or more; Infinity for no limit. @default 1000 */
  readonly concurrency?: number | undefined;
  /**
   * Which members must complete. `'all'`: each. `'settled'`: each must end. `'any'`: one. Or what `atLeast`, `quorum`
   * and `before` make. Members that nobody needs any more are cancelled. @default 'all'
   */
  readonly join?: J | undefined;
}

/** What every `forEach` says. @typeParam T An item. */
interface Each<C, T, J> extends Many<J> {
  /** The list. Each item has a step of its own, in a run below this one; outputs stand in the order of the items. */
  readonly over: (scope: C) => readonly T[];
  /** Items at most; a longer list fails the step. From 1 up. @default 10000 */
  readonly most?: number | undefined;
}

/** A `forEach` that runs something for the items as they are. */
export interface EachItem<C, A extends PropertyKey, T, O, J, W, F, FI, FO>
  extends StepFacts<C, A, W, F, FI, FO, Joined<Awaited<O>, J>>,
    Each<C, T, J> {
  /** What is run for one item: code, a capability, an agent or a workflow. `policy` is about each of them. */
  readonly run: ((item: T, context: HandlerContext) => O) | Runnable<T, O> | Wait<T, O> | Requirement;
  /** Left out: it gets the item. */
  readonly input?: undefined;
}

/** A `forEach` that waits for something once for each item, such as a signal or a decision. */
export interface EachWait<C, A extends PropertyKey, T, O, J, W, F, FI, FO>
  extends StepFacts<C, A, W, F, FI, FO, Joined<O, J>>,
    Each<C, T, J> {
  /** What it waits for. */
  readonly run: Wait<undefined, O> | GateTarget<O>;
  /** Left out: a wait takes nothing. */
  readonly input?: undefined;
}

/** A `forEach` that runs something for what is made of the items. */
export interface EachInput<C, A extends PropertyKey, T, TI, O, J, W, F, FI, FO>
  extends StepFacts<C, A, W, F, FI, FO, Joined<Awaited<O>, J>>,
    Each<C, T, J> {
  /** What is run for one item: code, a capability, an agent or a workflow. `policy` is about each of them. */
  readonly run: ((input: TI, context: HandlerContext) => O) | Runnable<TI, O> | Wait<TI, O> | Requirement;
  /** Makes the input for one item. */
  readonly input: (item: T, index: number, scope: C) => TI;
}

/** What the input of a round is made from. */
export type RoundScope<C, O> = C & {
  /** The number of the round; 1 for the first. */
  readonly round: number;
  /** The output of the round before; undefined in the first. */
  readonly previous: NoInfer<O> | undefined;
};

/** A step that is run round after round. */
export interface RepeatStep<C, A extends PropertyKey, TI, O, W, F, FI, FO>
  extends StepFacts<C, A, W, F, FI, FO, O> {
  /** What each round runs. `policy` is about each round. */
  readonly run: Runnable<TI, O> | Wait<TI, O> | ((input: TI, context: HandlerContext) => O | PromiseLike<O>);
  /** Makes the input of a round. */
  readonly input: (scope: RoundScope<C, O>) => NoInfer<TI>;
  /** Whether that was the last round. Answers at once, and the same for the same output. */
  readonly until: (output: NoInfer<O>, round: number) => boolean;
  /** Rounds at most. From 1 to 10000. */
  readonly most: number;
  /**
   * What happens after the last possible round when `until` says no. `'fail'`: the step fails with `RepeatLimitError`.
   * `'continue'`: its output counts. @default 'fail'
   */
  readonly onLimit?: 'fail' | 'continue' | undefined;
}

/** What one of several may run, whatever its types. */
type AnyTarget =
  | ((input: never, context: HandlerContext) => unknown)
  | Runnable<never, unknown>
  | Wait<never, unknown>
  | GateTarget
  | Requirement;

type InputOf<R> = R extends { readonly types?: { readonly input: (input: infer I) => void } }
  ? I
  : R extends (input: infer I, ...rest: never) => unknown
    ? I
    : unknown;

/** What a member gives back. */
export type OutputOf<R> = R extends {
  /** Where what can be run carries its types. */
  readonly types?: {
    /** What it gives back. */
    readonly output: infer O;
  };
}
  ? O
  : R extends (...args: never) => infer O
    ? Awaited<O>
    : unknown;

/**
 * One of several things of which one counts: a member of a race, or the case of a branch.
 *
 * @typeParam C What its step sees. @typeParam R What it runs.
 */
export type Member<C, R> = {
  /** Attempts, backoff and timeout; what it leaves out comes from the step that it belongs to. */
  readonly policy?: Policy | undefined;
} & (
  | {
      /** The code: gets what the step sees. */
      readonly run: R & ((scope: C, context: HandlerContext) => unknown);
      /** Left out: the code gets what the step sees. */
      readonly input?: undefined;
    }
  | {
      /** What it waits for. */
      readonly run: R & (Wait<undefined, unknown> | GateTarget<unknown>);
      /** Left out: a wait takes nothing. */
      readonly input?: undefined;
    }
  | {
      /** What it runs. */
      readonly run: R & object & AnyTarget;
      /** Makes the input. */
      readonly input: (scope: C) => NoInfer<InputOf<R>>;
    }
);

/** Several things by name. */
export type Members<C, R> = { readonly [K in keyof R]: Member<C, R[K]> };

/** The member of a race that completed first, and its output. */
export type Winner<R> = {
  [K in keyof R]: {
    /** The member's name. */
    readonly winner: K;
    /** What it gave back. */
    readonly output: OutputOf<R[K]>;
  };
}[keyof R];

/** A step that runs several things, of which the first to complete counts. */
export interface RaceStep<C, A extends PropertyKey, R, W, F, FI, FO>
  extends StepFacts<C, A, W, F, FI, FO, Winner<R>> {
  /** Those who take part; the rest is cancelled when one has completed. The step fails only when all have failed. */
  readonly members: Members<C, R>;
}

/** A step that runs one of several things. @typeParam O What they give back. */
interface Choice<C, A extends PropertyKey, R, W, F, FI, FO, O> extends StepFacts<C, A, W, F, FI, FO, O> {
  /** Which case it is. Answers at once. */
  readonly on: (scope: C) => string;
  /** What is run, by case. */
  readonly cases: Members<C, R>;
}

/** A step that runs one of several things, and fails with `InvalidOptionsError` when it is none of these. */
export interface BranchStep<C, A extends PropertyKey, R, W, F, FI, FO>
  extends Choice<C, A, R, W, F, FI, FO, OutputOf<R[keyof R]>> {
  /** Left out: there is nothing else. */
  readonly otherwise?: undefined;
}

/** A step that runs one of several things, or something else when it is none of these. */
export interface OtherwiseStep<C, A extends PropertyKey, R, R2, W, F, FI, FO>
  extends Choice<C, A, R, W, F, FI, FO, OutputOf<R[keyof R] | R2>> {
  /** What is run when it is none of these. */
  readonly otherwise: Member<C, R2>;
}

/** What an agent gave back. */
export interface Answer<O> {
  /** The agent's name. */
  readonly agent: string;
  /** What it gave back. */
  readonly output: O;
}

/** What a scatter gives, by its join. With a join that goes on without some, those who completed. */
export type Answers<O, J> = [J] extends ['settled']
  ? ({
      /** The agent's name. */
      readonly agent: string;
    } & Settled<O>)[]
  : Answer<O>[];

/** A step that asks several agents the same. */
export interface ScatterStep<C, A extends PropertyKey, TI, O, J, W, F, FI, FO>
  extends StepFacts<C, A, W, F, FI, FO, Answers<O, J>>,
    Many<J> {
  /** The capability that is asked for. `policy` is about each of the agents. */
  readonly run: Runnable<TI, O> & {
    /** Only capabilities can be asked of several. */
    readonly kind: 'capability';
  };
  /** The names of the agents that are asked, each once. @default all that serve the capability when the step starts */
  readonly to?: ((scope: C) => readonly string[]) | undefined;
  /** Makes the input for one agent. */
  readonly input: (scope: C, agent: string) => NoInfer<TI>;
}
