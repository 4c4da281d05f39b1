import type { Duration } from '../kernel/durations.ts';
import type { ErrorRecord } from '../kernel/errors.ts';
import { refuse } from '../kernel/options.ts';
import type { HandlerContext, Requirement, Runnable } from '../kernel/work.ts';
import type { Policy } from '../resilience/index.ts';
import { parseBranch } from './composites/branch.ts';
import { parseForEach } from './composites/for-each.ts';
import { parseRace } from './composites/race.ts';
import { parseRepeat } from './composites/repeat.ts';
import { parseScatter } from './composites/scatter.ts';
import type { GateTarget } from './gates.ts';
import type { JoinOption } from './joins.ts';
import { parseStep } from './parse-step.ts';
import type { StepDefinition } from './step.ts';
import type { Wait } from './waits.ts';

type DataScope = Readonly<Record<string, unknown>>;
type Work = ((input: never, context: HandlerContext) => unknown) | Runnable<never, unknown> | Requirement;
type Target = Work | Wait<never, unknown> | GateTarget;
type UndoCode = (output: never, context: HandlerContext) => unknown;

/** What every step of a workflow that is built from a list may say. */
interface DataFacts {
  /** Unique in the workflow; any name but `input` and `then`. */
  readonly id: string;
  /** The steps that must have ended before it. @default [] */
  readonly after?: readonly string[] | undefined;
  /** Whether it runs at all. */
  readonly when?: ((scope: DataScope) => boolean) | undefined;
  /** Attempts, backoff and timeout; what it leaves out comes from the workflow. */
  readonly policy?: Policy | undefined;
  /** What happens when it has failed for good. @default 'fail' */
  readonly onFailure?:
    | 'fail'
    | 'continue'
    | {
        /** The output that takes the place of its own. */
        readonly value: unknown;
      }
    | {
        /** What is run instead. */
        readonly run: Work;
        /** Makes the input; needed unless `run` is a function, which then gets the scope, with `error`. */
        readonly input?: ((scope: DataScope, error: ErrorRecord) => unknown) | undefined;
        /** Attempts, backoff and timeout; what it leaves out comes from the workflow. */
        readonly policy?: Policy | undefined;
      }
    | undefined;
  /** Takes back what it has done when the run fails or is cancelled: gets its output. */
  readonly undo?:
    | UndoCode
    | {
        /** The code. */
        readonly run: UndoCode;
        /** Its attempts, backoff and timeout. */
        readonly policy?: Policy | undefined;
      }
    | undefined;
  /** How long it is expected to take. */
  readonly estimate?: Duration | undefined;
  /** What it is expected to cost, in a unit of your own. 0 or more. */
  readonly cost?: number | undefined;
}

/** One of several things of which one counts. */
interface DataMember {
  /** What it runs. */
  readonly run: Target;
  /** Makes the input. */
  readonly input?: ((scope: DataScope) => unknown) | undefined;
  /** Attempts, backoff and timeout. */
  readonly policy?: Policy | undefined;
}

/** A step that runs one thing. */
interface RunData extends DataFacts {
  /** Code, or whom the step is for, or what it waits for. */
  readonly run: Target;
  /** Makes the input; needed unless `run` is a function, which then gets the scope itself, or a wait. */
  readonly input?: ((scope: DataScope) => unknown) | undefined;
  /** When it starts. @default 'all' */
  readonly join?: JoinOption | undefined;
}

/** A step that is made of others when its turn has come. */
interface CompositeData extends DataFacts {
  /** Runs the same for each item of a list: see `WorkflowBuilder.forEach`. */
  readonly forEach?: {
    /** The list. */
    readonly over: (scope: DataScope) => readonly unknown[];
    /** What is run for each item. */
    readonly run: Target;
    /** Makes the input for one item. @default the item */
    readonly input?: ((item: never, index: number, scope: DataScope) => unknown) | undefined;
    /** Items at once. @default 1000 */
    readonly concurrency?: number | undefined;
    /** Which items must complete. @default 'all' */
    readonly join?: JoinOption | undefined;
    /** Items at most. @default 10000 */
    readonly most?: number | undefined;
  };
  /** Runs round after round: see `WorkflowBuilder.repeat`. */
  readonly repeat?: {
    /** What each round runs. */
    readonly run: Target;
    /** Makes the input of a round; sees its number as `round` and the output before it as `previous`. */
    readonly input: (scope: DataScope) => unknown;
    /** Whether that was the last round. */
    readonly until: (output: never, round: number) => boolean;
    /** Rounds at most. From 1 to 10000. */
    readonly most: number;
    /** What happens when these were not enough. @default 'fail' */
    readonly onLimit?: 'fail' | 'continue' | undefined;
  };
  /** Runs several things, of which the first to complete counts: see `WorkflowBuilder.race`. */
  readonly race?: {
    /** Those who take part. */
    readonly members: Readonly<Record<string, DataMember>>;
  };
  /** Asks several agents the same: see `WorkflowBuilder.scatter`. */
  readonly scatter?: {
    /** The capability that is asked for. */
    readonly run: Runnable<never, unknown> & { readonly kind: 'capability' };
    /** The names of the agents. @default all that serve it */
    readonly to?: ((scope: DataScope) => readonly string[]) | undefined;
    /** Makes the input for one agent. */
    readonly input: (scope: DataScope, agent: string) => unknown;
    /** Agents at once. @default 1000 */
    readonly concurrency?: number | undefined;
    /** Which agents must complete. @default 'all' */
    readonly join?: JoinOption | undefined;
  };
  /** Runs one of several things: see `WorkflowBuilder.branch`. */
  readonly branch?: {
    /** Which case it is. */
    readonly on: (scope: DataScope) => string;
    /** What is run, by case. */
    readonly cases: Readonly<Record<string, DataMember>>;
    /** What is run when it is none of these. */
    readonly otherwise?: DataMember | undefined;
  };
  /** Left out: what it runs stands in the composite. */
  readonly run?: undefined;
}

/** A step of a workflow that is built from a list: with `run`, or with exactly one of the composites. */
export type StepData = RunData | CompositeData;

const COMPOSITES = {
  forEach: parseForEach,
  repeat: parseRepeat,
  race: parseRace,
  scatter: parseScatter,
  branch: parseBranch,
} as const;

/** The rule of a step in a list. */
export function parseStepData(value: unknown): StepDefinition {
  if (typeof value !== 'object' || value === null) refuse('a step', value);
  const { id, ...step } = value as { readonly id?: unknown } & Readonly<Record<string, unknown>>;
  for (const [name, parse] of Object.entries(COMPOSITES)) {
    if (step[name] === undefined) continue;
    const { [name]: own, ...facts } = step;
    if (typeof own !== 'object' || own === null) refuse('an object', own);
    const twice = Object.keys(own as object).find((key) => key in facts);
    if (twice !== undefined) refuse(`a step that says "${twice}" once`, value);
    return parse(id, { ...facts, ...(own as object) });
  }
  return parseStep(id, step);
}
