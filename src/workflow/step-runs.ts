import { ignore } from '../kernel/functions.ts';
import type { Scope } from '../kernel/scope.ts';
import type { Requirement } from '../kernel/work.ts';
import { expandStep } from './composites/expand.ts';
import { Workflow } from './definition.ts';
import type { StepJob } from './executor.ts';
import type { Child, RunHost } from './handle.ts';
import type { Inbox } from './inbox.ts';
import type { Plan } from './plan.ts';
import type { RunRecord } from './run-record.ts';
import type { Composite, StepTarget } from './step.ts';

/** The run whose steps are carried out. */
export interface RunOfSteps {
  readonly id: string;
  /** The id of the outermost run. */
  readonly rootId: string;
  /** What the idempotency keys of its steps begin with. */
  readonly key: string;
  /** What every attempt is part of. */
  readonly scope: Scope;
  readonly definition: Workflow;
  readonly plan: Plan;
  readonly record: RunRecord;
  readonly host: RunHost;
  /** The signals of the outermost run. */
  readonly inbox: Inbox;
  /** The run goes on elsewhere, or not at all for now. */
  lost(error: Error): void;
}

/** The runs that carry out steps of a run: nested workflows, and composites. */
export class StepRuns {
  /** The ends of those that were stopped, and take back their work. */
  readonly parting: Set<Promise<void>> = new Set();
  readonly #owner: RunOfSteps;

  constructor(owner: RunOfSteps) {
    this.#owner = owner;
  }

  /** The run that is to carry a step out, if one is. */
  newChild(target: StepTarget): Child | undefined {
    if (!isRun(target)) return undefined;
    const { ids } = this.#owner.host.runtime;
    return { id: ids.text('run', ids.next()), resumed: false };
  }

  /** Starts it, or goes on with it. @param key The idempotency key of the step. */
  start(
    step: number,
    target: StepTarget,
    key: string,
    scope: Scope,
    input: unknown,
    child: Child | undefined,
  ): StepJob {
    const { id: runId, rootId, host, definition, inbox, plan } = this.#owner;
    const parent = { runId, rootId, step: plan.ids[step]!, idempotencyKey: key, inbox };
    if (target instanceof Workflow) return host.startWithin(scope, parent, target, input, child);
    const { name: workflow, policy } = definition;
    const agentsFor = (requirement: Requirement): readonly string[] => host.executor.candidates(requirement);
    const expansion = { workflow, step: parent.step, policy, agentsFor };
    const made = expandStep(target as Composite, input as Readonly<Record<string, unknown>>, expansion);
    return host.startWithin(scope, parent, made, undefined, child);
  }

  /** Waits for the end of what was stopped. */
  part({ result }: Pick<StepJob, 'result'>, then: () => void): void {
    const parted = result.then(ignore, ignore).then(() => {
      this.parting.delete(parted);
      this.#owner.host.runtime.tick();
      then();
    });
    this.parting.add(parted);
  }
}

export function isComposite(target: StepTarget): target is Composite {
  return (target as { readonly kind?: unknown }).kind === 'composite';
}

/** True for what a run of its own carries out. */
export function isRun(target: StepTarget): boolean {
  return target instanceof Workflow || isComposite(target);
}
