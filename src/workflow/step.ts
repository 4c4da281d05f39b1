import type { ErrorRecord } from '../kernel/errors.ts';
import type { HandlerContext, Requirement, Runnable } from '../kernel/work.ts';
import type { PolicySettings } from '../resilience/index.ts';
import type { GateTarget } from './gates.ts';
import type { Join } from './joins.ts';
import type { SignalTarget, TimerTarget } from './waits.ts';

/** A step's own code. */
export type StepFunction = (input: never, context: HandlerContext) => unknown;

/** What does the work of a step: plain code, or a capability, an agent, a workflow or a requirement that somebody fulfils. */
export type WorkTarget = StepFunction | Runnable<never, unknown> | Requirement;

/** What a step runs: work, a wait, a question to somebody, or steps that are made at run time. */
export type StepTarget = WorkTarget | SignalTarget | TimerTarget<never> | GateTarget | Composite;

/** What happens in place of failing the run when a step has failed for good. */
export type FailureRule =
  | {
      /** Steps that need its output are skipped, and the run goes on. */
      readonly kind: 'continue';
    }
  | {
      /** Its output is this. */
      readonly kind: 'value';
      /** The output. */
      readonly value: unknown;
    }
  | {
      /** This is run instead, and its output is the step's. */
      readonly kind: 'step';
      /** What is run instead. */
      readonly run: WorkTarget;
      /** Makes the input; undefined: the code gets what the step saw, and `error`. */
      readonly input: ((scope: never, error: ErrorRecord) => unknown) | undefined;
      /** Attempts, backoff and timeout, durations in milliseconds. */
      readonly policy: PolicySettings | undefined;
    };

/** What takes back what a step has done. */
export interface UndoDefinition {
  /** The code: gets the step's output. */
  readonly run: (output: never, context: HandlerContext) => unknown;
  /** Attempts, backoff and timeout, durations in milliseconds. */
  readonly policy: PolicySettings | undefined;
}

/** What a step is made of, everything decided. */
export interface StepDefinition {
  /** Unique in the workflow. */
  readonly id: string;
  /** Code, or whom the step is for, or what it waits for. */
  readonly run: StepTarget;
  /** The steps that must have ended before it, as far as `join` says. */
  readonly after: readonly string[];
  /** Makes the input from the run's input and the outputs of the steps in `after`. */
  readonly input: ((scope: never) => unknown) | undefined;
  /** Says whether the step runs at all. */
  readonly when: ((scope: never) => boolean) | undefined;
  /** What the step says about attempts and timeouts, durations in milliseconds. */
  readonly policy: PolicySettings | undefined;
  /** When it starts; undefined: when all steps in `after` have ended well. */
  readonly join: Join | undefined;
  /** What happens when it fails; undefined: the run fails. */
  readonly onFailure: FailureRule | undefined;
  /** What takes back what it has done when the run fails or is cancelled. */
  readonly undo: UndoDefinition | undefined;
  /** How long it is expected to take, in milliseconds. */
  readonly estimate: number | undefined;
  /** What it is expected to cost, in any unit. */
  readonly cost: number | undefined;
}

/** What a composite is made from, beside the scope of its step. */
export interface ExpansionHost {
  /** The name of the workflow that the step is in. */
  readonly workflow: string;
  /** The step's id. */
  readonly step: string;
  /** What the workflow that the step is in says about attempts and timeouts; its steps are the child's, too. */
  readonly policy: PolicySettings | undefined;
  /** The names of the agents that fulfil a requirement now. */
  agentsFor(requirement: Requirement): readonly string[];
}

/** What a composite becomes: the parts of a workflow. */
export interface Expansion {
  /** The steps of the workflow. */
  readonly steps: readonly StepDefinition[];
  /** Makes the output from theirs. */
  readonly output: (outputs: never) => unknown;
  /** What holds for its steps where they do not say; undefined: what holds for the step that becomes them. */
  readonly policy: PolicySettings | undefined;
  /** Steps at once; undefined for as many as a workflow has. */
  readonly concurrency: number | undefined;
}

/** What a composite may run, under a name. */
export interface CompositeMember {
  /** What it is called there. */
  readonly name: string;
  /** What is run. */
  readonly run: StepTarget;
}

/** A target that is known only at run time: it makes steps out of what its own step sees. */
export interface Composite {
  /** Tells composites from all else. */
  readonly kind: 'composite';
  /** Which one it is. */
  readonly name: 'forEach' | 'repeat' | 'race' | 'scatter' | 'branch';
  /** What it may run. */
  readonly members: readonly CompositeMember[];
  /** How many steps it makes at most; Infinity where that is not known. */
  readonly most: number;
  /** How its members are joined. */
  readonly join: Join | undefined;
  /**
   * Makes the steps. Gives the same for the same scope, whenever it is called, except that agents come and go.
   *
   * @param scope What the step sees. It throws what the code of the definition throws.
   */
  expand(scope: Readonly<Record<string, unknown>>, host: ExpansionHost): Expansion;
}
