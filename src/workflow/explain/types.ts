import type { BackoffSettings } from '../../resilience/index.ts';
import type { FailureRule, StepTarget } from '../step.ts';

/** Who says it: the step, its workflow, the agent that it is for, the engine; or nobody, and it is the default. */
export type PolicyLevel = 'step' | 'workflow' | 'agent' | 'engine' | 'default';

/** The one policy in force for a step, and who says what of it. */
export interface ExplainedPolicy {
  /** Attempts in all, the first one included; Infinity for as many as the deadline allows. */
  readonly attempts: number;
  /** The longest time of one attempt in milliseconds; Infinity for no limit. */
  readonly timeoutMs: number;
  /** The waits between attempts. */
  readonly backoff: BackoffSettings;
  /** Where each part comes from. */
  readonly from: {
    /** Who says how many attempts. */
    readonly attempts: PolicyLevel;
    /** Who says how long one may take. */
    readonly timeout: PolicyLevel;
    /** Who says how long the waits are. */
    readonly backoff: PolicyLevel;
    /** Who says which failures are worth another attempt. */
    readonly retryWhen: PolicyLevel;
  };
}

/**
 * What is known of a step's `when`: it has `none`; it is `open`, as it depends on what is not known before a run; or the
 * input was given, and it `holds`, `refuses` or `fails`.
 */
export type StepCondition = 'none' | 'open' | 'holds' | 'refuses' | 'fails';

/** What a step runs. */
export type StepKind =
  | 'function'
  | 'requirement'
  | NonNullable<Exclude<StepTarget, (...args: never) => unknown>['kind']>;

/** What a composite may run in place of its step. */
export interface ExplainedMember {
  /** What it is called there. */
  readonly name: string;
  /** What it runs. */
  readonly kind: StepKind;
  /** The name of what it runs. */
  readonly target: string;
  /** The place of the workflow that it runs in {@link Explanation.nested}. */
  readonly nested: number | undefined;
  /** What applies to its attempts. */
  readonly policy: ExplainedPolicy;
}

/** A step as it would be run. */
export interface ExplainedStep {
  /** Its id. */
  readonly id: string;
  /** What it runs. */
  readonly kind: StepKind;
  /** The name of what it runs; for a function its own name, which may be empty. */
  readonly target: string;
  /** The steps that must have ended before it. */
  readonly after: readonly string[];
  /** Whether it may be skipped. */
  readonly condition: StepCondition;
  /** The place of the workflow that it runs in {@link Explanation.nested}. */
  readonly nested: number | undefined;
  /** What it may run if it is a composite; empty for all others. */
  readonly members: readonly ExplainedMember[];
  /** How many steps it makes at most if it is a composite; 1 for all others, Infinity where that is not known. */
  readonly most: number;
  /** What happens when it fails for good; the time of a step that is run instead is counted. */
  readonly onFailure: 'fail' | FailureRule['kind'];
  /** Whether it says how to take back what it has done. */
  readonly undo: boolean;
  /** How many steps lie before it on the longest way to it. */
  readonly level: number;
  /** What applies to its attempts. */
  readonly policy: ExplainedPolicy;
  /** Attempts at most, those at the steps of a workflow that it runs in their place. 0 for a step that is refused. */
  readonly worstAttempts: number;
  /** The longest time in milliseconds: every attempt as long as it may take, and every wait between. Infinity for no limit. */
  readonly worstMs: number;
  /** How long it is thought to take, in milliseconds. */
  readonly estimateMs: number | undefined;
  /** What one attempt costs, in the unit of whoever said so. */
  readonly cost: number | undefined;
  /** What all attempts cost together, at most. */
  readonly worstCost: number | undefined;
  /** Whether it lies on the critical path. */
  readonly critical: boolean;
}

/**
 * The way through the steps that takes longest by the estimates. A step without one counts as taking no time, and every
 * step as waiting for all before it, whatever its join.
 */
export interface CriticalPath {
  /** The ids, first to last. Of ways that take as long, the one with more steps. */
  readonly steps: readonly string[];
  /** Their estimates together, in milliseconds. */
  readonly lengthMs: number;
  /** Steps of the workflow without an estimate. */
  readonly unestimated: number;
}

/** A workflow as it would be run. */
export interface ExplainedWorkflow {
  /** Its name. */
  readonly name: string;
  /** The longest time of a run, in milliseconds; Infinity for none. */
  readonly deadlineMs: number;
  /** Steps of a run at once; Infinity for no limit. */
  readonly concurrency: number;
  /** In the order of definition. */
  readonly steps: readonly ExplainedStep[];
  /** How many levels the steps lie on. */
  readonly depth: number;
  /**
   * The steps on the fullest level. None of them waits for another, so as many can be under way at once. The most that
   * can be (the largest antichain) may be more: it takes a matching over all pairs to find.
   */
  readonly width: number;
  /** Attempts at most, in all steps and the workflows within. */
  readonly worstAttempts: number;
  /** The longest time in milliseconds, the deadline considered. */
  readonly worstMs: number;
  /**
   * The longest time if there were no deadline. For up to `concurrency` steps that is the longest way through them; for
   * more, that way and a share of all other work (R. Graham, "Bounds on Multiprocessing Timing Anomalies", SIAM 1969).
   * What a step for an agent waits until one is free is not counted: nothing but the deadline limits it. Nor is undoing.
   */
  readonly worstUnlimitedMs: number;
  /** The way that takes longest. */
  readonly criticalPath: CriticalPath;
  /** What the steps cost that say so, those of workflows within included; undefined when none does. */
  readonly cost: ExplainedCost | undefined;
}

/** Costs, in the unit of whoever said so. */
export interface ExplainedCost {
  /** With one attempt at each step. */
  readonly once: number;
  /** With every attempt that the policies allow. */
  readonly atMost: number;
}

/** What a warning is about. */
export type WarningCode =
  | 'retry-in-retry'
  | 'timeout-above-deadline'
  | 'worst-case-above-deadline'
  | 'unlimited-attempts'
  | 'unlimited-time'
  | 'gate-without-deadline'
  | 'unbounded-fan-out'
  | 'fan-out-above-concurrency'
  | 'condition-fails';

/** Something that may not be meant. */
export interface ExplainWarning {
  /** What it is about. */
  readonly code: WarningCode;
  /** The workflow's name. */
  readonly workflow: string;
  /** The step's id; undefined when it is about the workflow. */
  readonly step: string | undefined;
  /** A sentence for people. */
  readonly message: string;
}
