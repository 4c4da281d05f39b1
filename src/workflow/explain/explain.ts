import { type Duration, durationMs } from '../../kernel/durations.ts';
import { ignore, isThenable } from '../../kernel/functions.ts';
import { optional, parseOption, parseOptions, type Rule, type Rules, refuse } from '../../kernel/options.ts';
import { validate } from '../../kernel/schema.ts';
import { type Policy, type PolicySettings, policyRule } from '../../resilience/index.ts';
import type { Workflow } from '../definition.ts';
import { workflowRule } from '../options.ts';
import { Explanation } from './explanation.ts';
import { fullest, graphOf, levelsOf, longestOnSlots, longestPath } from './figures.ts';
import { explainStep, type LoneStep } from './steps.ts';
import { type Surroundings, workflowsOf } from './targets.ts';
import type { ExplainedCost, ExplainedWorkflow } from './types.ts';
import { warningsOf } from './warnings.ts';

/** Options of {@link explain}. */
export interface ExplainOptions<I = unknown> {
  /** The policy of the engine or coordinator that is to run it. @default none */
  readonly policy?: Policy | undefined;
  /**
   * The run's input. With it, the conditions of steps that wait for no other are asked, as a run would ask them. One
   * whose schema is asynchronous is not waited for: then they stay open.
   */
  readonly input?: I | undefined;
  /** How long steps take, by id; goes before what they say themselves. */
  readonly estimates?: Readonly<Record<string, Duration>> | undefined;
}

interface Settings {
  readonly policy: PolicySettings | undefined;
  readonly input: unknown;
  readonly estimates: ReadonlyMap<string, number>;
}

/**
 * Tells what a run of a workflow would be, without running it: the steps and their policies, how often and how long they
 * may be tried, what they cost, the critical path, and what may not be meant.
 *
 * Workflows that steps run are explained, too, each once. The time it takes grows with steps and edges.
 *
 * @throws InvalidOptionsError, DuplicateStepError, UnknownStepError, CycleError, SchemaViolationError
 */
export function explain<I>(workflow: Workflow<I, unknown>, options?: ExplainOptions<I>): Explanation {
  const root = parseOption('explain', 'workflow', workflowRule, workflow);
  const { policy, input, estimates } = readOptions(root, options);
  const known = options !== undefined && 'input' in options ? inputOf(root, input) : undefined;
  const order = innermostFirst(root);
  const places = new Map(order.slice(0, -1).map((one, place) => [one, place]));
  const nested: ExplainedWorkflow[] = [];
  const none = new Map<string, number>();
  const around = { policy, places, nested };
  for (const one of places.keys()) {
    nested.push(explainWorkflow({ ...around, workflow: one, estimates: none, input: undefined }));
  }
  const explained = explainWorkflow({ ...around, workflow: root, estimates, input: known });
  const warnings = [explained, ...nested].flatMap((one) =>
    warningsOf({ workflow: one, nested, deadlineMs: Math.min(one.deadlineMs, explained.deadlineMs) }),
  );
  return new Explanation(explained, nested, warnings);
}

function explainWorkflow(around: Surroundings): ExplainedWorkflow {
  const { name, deadline, concurrency, steps: definitions } = around.workflow;
  const lone = definitions.map((step) => explainStep(step, around));
  const graph = graphOf(lone);
  const levels = levelsOf(graph);
  const worst = longestPath(graph, (step) => lone[step]!.worstMs).length;
  const critical = longestPath(graph, (step) => lone[step]!.estimateMs ?? 0);
  const workMs = lone.reduce((sum, { worstMs }) => sum + worstMs, 0);
  const worstUnlimitedMs = longestOnSlots(workMs, worst, lone.length, concurrency);
  const onPath = new Set(critical.steps);
  return {
    name,
    deadlineMs: deadline,
    concurrency,
    steps: lone.map((step, place) => ({ ...step, level: levels[place]!, critical: onPath.has(place) })),
    depth: levels.reduce((most, level) => Math.max(most, level + 1), 0),
    width: fullest(levels),
    worstAttempts: lone.reduce((sum, { worstAttempts }) => sum + worstAttempts, 0),
    worstMs: Math.min(worstUnlimitedMs, deadline),
    worstUnlimitedMs,
    criticalPath: {
      steps: critical.steps.map((step) => lone[step]!.id),
      lengthMs: critical.length,
      unestimated: lone.filter(({ estimateMs }) => estimateMs === undefined).length,
    },
    cost: costOf(lone),
  };
}

function costOf(steps: readonly LoneStep[]): ExplainedCost | undefined {
  const priced = steps.filter(({ cost, condition }) => cost !== undefined && condition !== 'refuses');
  if (priced.length === 0) return undefined;
  return {
    once: priced.reduce((sum, { cost = 0 }) => sum + cost, 0),
    atMost: priced.reduce((sum, { worstCost = 0 }) => sum + worstCost, 0),
  };
}

/** A workflow and all within, each once, after those within it. A list instead of recursion: they may lie deep. */
function innermostFirst(root: Workflow): Workflow[] {
  const done: Workflow[] = [];
  const seen = new Set([root]);
  const open = [{ workflow: root, within: workflowsIn(root) }];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const next = top.within.pop();
    if (next === undefined) {
      done.push(top.workflow);
      open.pop();
    } else if (!seen.has(next)) {
      seen.add(next);
      open.push({ workflow: next, within: workflowsIn(next) });
    }
  }
  return done;
}

function workflowsIn({ steps }: Workflow): Workflow[] {
  return steps
    .flatMap(({ run, onFailure }) => [
      ...workflowsOf(run),
      ...(onFailure?.kind === 'step' ? workflowsOf(onFailure.run) : []),
    ])
    .reverse();
}

function readOptions(workflow: Workflow, options: unknown): Settings {
  const rules: Rules<Settings> = {
    policy: optional(policyRule),
    input: (value) => value,
    estimates: estimatesRule(workflow),
  };
  return parseOptions<Settings>('explain', rules, options);
}

const estimatesRule =
  (workflow: Workflow): Rule<ReadonlyMap<string, number>> =>
  (value) => {
    if (value === undefined) return new Map();
    if (typeof value !== 'object' || value === null) refuse('an object of durations', value);
    const ids = new Set(workflow.steps.map(({ id }) => id));
    return new Map(
      Object.entries(value as object).map(([id, given]) => {
        const ms = durationMs(given);
        if (!ids.has(id)) refuse(`an object whose keys are steps of "${workflow.name}"`, id);
        if (ms === undefined || ms === Number.POSITIVE_INFINITY)
          refuse(`an object of finite durations`, given);
        return [id, ms as number];
      }),
    );
  };

/** The input as steps would see it; undefined when that is only known later. */
function inputOf({ input: schema, name }: Workflow, value: unknown): { readonly value: unknown } | undefined {
  if (schema === undefined) return { value };
  const checked = validate(schema, value, 'input', `workflow "${name}"`);
  if (!isThenable(checked)) return { value: checked };
  checked.then(ignore, ignore);
  return undefined;
}
