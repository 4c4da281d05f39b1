import type { Requirement, Runnable } from '../../kernel/work.ts';
import { effectivePolicy, type PolicySettings } from '../../resilience/index.ts';
import { Workflow } from '../definition.ts';
import type { GateTarget } from '../gates.ts';
import type { Composite, StepTarget } from '../step.ts';
import type { TimerTarget } from '../waits.ts';
import { longestWaitsMs, times } from './figures.ts';
import type { ExplainedMember, ExplainedPolicy, ExplainedWorkflow, PolicyLevel, StepKind } from './types.ts';

/** What is known about the workflow around a target. */
export interface Surroundings {
  readonly workflow: Workflow;
  /** The engine's policy. */
  readonly policy: PolicySettings | undefined;
  /** Estimates in milliseconds that go before those of the steps. */
  readonly estimates: ReadonlyMap<string, number>;
  /** The workflows within, and where they stand. */
  readonly places: ReadonlyMap<Workflow, number>;
  readonly nested: readonly ExplainedWorkflow[];
  /** The run's input, if it is known. */
  readonly input: { readonly value: unknown } | undefined;
}

/** What a target is, and what carrying it out may take, every attempt included. */
export interface ExplainedTarget {
  readonly kind: StepKind;
  readonly target: string;
  readonly nested: number | undefined;
  readonly members: readonly ExplainedMember[];
  readonly most: number;
  readonly policy: ExplainedPolicy;
  readonly worstAttempts: number;
  readonly worstMs: number;
}

/** What a composite may say about its members in time. */
interface CompositeFacts {
  readonly policy?: PolicySettings | undefined;
  readonly concurrency?: number | undefined;
}

/** Works out what a target is and what it may take. @param own What its step says about attempts. */
export function explainTarget(
  run: StepTarget,
  own: PolicySettings | undefined,
  around: Surroundings,
): ExplainedTarget {
  if (typeof run === 'function') return work(run, own, around, 'function', run.name);
  switch (run.kind) {
    case undefined:
      return work(run, own, around, 'requirement', 'requirement');
    case 'signal':
      return wait(run.kind, run.name, own?.timeout ?? Number.POSITIVE_INFINITY);
    case 'timer':
      // Until a moment or for a length that is not known, it may be any time.
      return wait(run.kind, run.name, (run as TimerTarget<never>).ms ?? Number.POSITIVE_INFINITY);
    case 'gate':
      return wait(run.kind, run.name, (run as GateTarget).deadline);
    case 'composite':
      return composite(run as Composite, around);
    default:
      return work(run as Runnable<never, unknown>, own, around, run.kind, run.name);
  }
}

/** The workflows that a target may run. */
export function workflowsOf(run: StepTarget): Workflow[] {
  if (run instanceof Workflow) return [run];
  const { kind, members = [] } = run as Partial<Composite>;
  return kind === 'composite'
    ? members.flatMap((member) => (member.run instanceof Workflow ? [member.run] : []))
    : [];
}

function work(
  run: StepTarget & (Runnable<never, unknown> | Requirement | ((...args: never) => unknown)),
  own: PolicySettings | undefined,
  around: Surroundings,
  kind: StepKind,
  target: string,
): ExplainedTarget {
  const place = run instanceof Workflow ? around.places.get(run) : undefined;
  const within = place === undefined ? undefined : around.nested[place];
  const policy = policyOf(own, around, run);
  const onceMs = Math.min(policy.timeoutMs, within?.worstMs ?? Number.POSITIVE_INFINITY);
  return {
    kind,
    target,
    nested: place,
    members: [],
    most: 1,
    policy,
    worstAttempts: times(policy.attempts, within?.worstAttempts ?? 1),
    worstMs: times(policy.attempts, onceMs) + longestWaitsMs(policy.backoff, policy.attempts),
  };
}

/** A wait is not tried again, and knows no limit but its own. */
function wait(kind: StepKind, target: string, worstMs: number): ExplainedTarget {
  const policy = once(worstMs, 'step');
  return { kind, target, nested: undefined, members: [], most: 1, policy, worstAttempts: 1, worstMs };
}

/** A composite is not tried again as a whole; its members are, each for itself. */
function composite(run: Composite, around: Surroundings): ExplainedTarget {
  const { policy: own, concurrency = 1 } = run as CompositeFacts;
  const members = run.members.map(({ name, run: member }) => ({
    name,
    ...explainTarget(member, own, around),
  }));
  const longest = members.reduce((most, { worstMs }) => Math.max(most, worstMs), 0);
  const attempts = members.map(({ worstAttempts }) => worstAttempts);
  const all = attempts.reduce((sum, count) => sum + count, 0);
  // Of a race all members run, of a branch one; of all others the one member runs up to so many times.
  const isRace = run.name === 'race';
  const rounds = isRace || run.name === 'branch' ? 1 : run.most;
  return {
    kind: run.kind,
    target: run.name,
    nested: undefined,
    members: members.map(({ name, kind, target, nested, policy }) => ({
      name,
      kind,
      target,
      nested,
      policy,
    })),
    most: run.most,
    policy: once(Number.POSITIVE_INFINITY, 'default'),
    worstAttempts: times(rounds, isRace ? all : attempts.reduce((most, count) => Math.max(most, count), 0)),
    // One for each agent, all at once; what is not known is how many.
    worstMs: run.name === 'scatter' ? longest : times(Math.ceil(rounds / concurrency), longest),
  };
}

function once(timeoutMs: number, timeout: PolicyLevel): ExplainedPolicy {
  const { backoff } = effectivePolicy();
  const from = { attempts: 'default', timeout, backoff: 'default', retryWhen: 'default' } as const;
  return { attempts: 1, timeoutMs, backoff, from };
}

function policyOf(
  own: PolicySettings | undefined,
  { workflow, policy: engine }: Surroundings,
  run: StepTarget,
): ExplainedPolicy {
  const isWorkflow = run instanceof Workflow;
  // An agent that a step names says something, too; which agent a capability will be served by, nobody knows yet.
  const named = run as { readonly kind?: string; readonly policy?: PolicySettings };
  const ofTarget = named.kind === 'agent' ? named.policy : undefined;
  const levels = { step: own, workflow: workflow.policy, agent: ofTarget, engine };
  const { attempts, backoff, timeout } = effectivePolicy(...Object.values(levels));
  const from = (part: keyof PolicySettings): PolicyLevel =>
    (Object.entries(levels).find(([, level]) => level?.[part] !== undefined)?.[0] as PolicyLevel) ??
    'default';
  // A run within has its own deadline; only who names it can limit it further.
  const isLimited = !isWorkflow || own?.timeout !== undefined || workflow.policy?.timeout !== undefined;
  return {
    attempts,
    timeoutMs: isLimited ? timeout : Number.POSITIVE_INFINITY,
    backoff,
    from: {
      attempts: from('attempts'),
      timeout: isLimited ? from('timeout') : 'default',
      backoff: from('backoff'),
      retryWhen: from('retryWhen'),
    },
  };
}
