import { type Clock, clockRule } from '../kernel/clock.ts';
import type { Duration } from '../kernel/durations.ts';
import { checkName } from '../kernel/names.ts';
import {
  abortSignal,
  duration,
  fields,
  list,
  optional,
  type Rule,
  type Rules,
  refuse,
  whole,
  withDefault,
} from '../kernel/options.ts';
import { type Policy, type PolicySettings, policyRule } from '../resilience/index.ts';
import { type Store, storeRule } from '../storage/index.ts';
import { Workflow } from './definition.ts';

/** Options of `WorkflowEngine`. */
export interface WorkflowEngineOptions {
  /** Attempts, backoff and timeout where neither step nor workflow nor agent says. */
  readonly policy?: Policy | undefined;
  /** Runs that may be under way; one more is refused with `FullError`. 1 or more. @default 10000 */
  readonly runs?: number | undefined;
  /** Which finished runs are kept for `get` and `list`: the newest, up to both limits. */
  readonly retention?: RunRetention | undefined;
  /** How long a step's code keeps its slot when nobody waits for it any more. @default '5s' */
  readonly grace?: Duration | undefined;
  /** Where time comes from. @default systemClock */
  readonly clock?: Clock | undefined;
  /** Where runs are kept, so that they survive their process. It is yours to close. @default nowhere: in memory only */
  readonly store?: Store | undefined;
  /** Workflows whose unfinished runs `resume` takes up; more can come with `register`. @default [] */
  readonly definitions?: readonly Workflow<never, unknown>[] | undefined;
  /**
   * How large an input, an output or a decision may be: about the characters of its JSON text. 1 or more.
   * @default 1000000
   */
  readonly payloadLimit?: number | undefined;
  /**
   * For how long after the last sign of life of another owner at the same store its runs are left alone. Renewed at
   * every third of it while runs are under way. At least '1s'. @default '30s'
   */
  readonly lease?: Duration | undefined;
}

/** Which finished runs are kept. */
export interface RunRetention {
  /** Runs. 0 or more. @default 100 */
  readonly runs?: number | undefined;
  /** Steps of all these runs together. 0 or more. @default 10000 */
  readonly steps?: number | undefined;
  /** Since their ends; Infinity for any. Looked at whenever a run ends, and by `resume`. @default Infinity */
  readonly age?: Duration | undefined;
}

/** Options of one run. */
export interface RunOptions {
  /** The longest time from the start to the result; Infinity for none. @default the workflow's deadline */
  readonly deadline?: Duration | undefined;
  /** Cancels the run when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** The run's id. @default a new one */
  readonly id?: string | undefined;
}

/** {@link WorkflowEngineOptions}, parsed. */
export interface EngineSettings {
  readonly policy: PolicySettings | undefined;
  readonly runs: number;
  readonly retention: { readonly runs: number; readonly steps: number; readonly age: number };
  readonly grace: number;
  readonly clock: Clock | undefined;
  readonly store: Store | undefined;
  readonly definitions: readonly Workflow[];
  readonly payloadLimit: number;
  readonly lease: number;
}

/** {@link RunOptions}, parsed. */
export interface RunSettings {
  readonly deadline: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly id: string | undefined;
}

const retentionRule = fields<EngineSettings['retention']>({
  runs: withDefault(whole(), 100),
  steps: withDefault(whole(), 10_000),
  age: withDefault(duration({ infinity: true }), Number.POSITIVE_INFINITY),
});

/** A workflow, not something that looks like one. */
export const workflowRule: Rule<Workflow> = (value) => {
  if (!(value instanceof Workflow)) refuse('made by defineWorkflow', value);
  return value as Workflow;
};

/** How {@link WorkflowEngineOptions} are read. */
export const engineRules: Rules<EngineSettings> = {
  policy: optional(policyRule),
  runs: withDefault(whole({ min: 1 }), 10_000),
  retention: (value) => retentionRule(value === undefined ? {} : value),
  grace: withDefault(duration(), 5_000),
  clock: optional(clockRule),
  store: optional(storeRule),
  definitions: withDefault(list(workflowRule), []),
  payloadLimit: withDefault(whole({ min: 1 }), 1_000_000),
  lease: withDefault(duration({ min: 1_000 }), 30_000),
};

/** How {@link RunOptions} are read. */
export const runRules: Rules<RunSettings> = {
  deadline: optional(duration({ min: 1, infinity: true })),
  signal: optional(abortSignal),
  id: optional<string>((value) => checkName('run', value)),
};
