import { HandlerError } from '../kernel/errors.ts';
import { JoinError } from './errors.ts';
import type { SkipReason } from './events.ts';
import { joinWords, type Settled } from './joins.ts';
import { NOTHING, type Plan } from './plan.ts';
import type { RunState } from './state.ts';

/** There is no step whose turn has come. */
export const NONE = -1;

/**
 * The next step whose turn has come, or {@link NONE}. Steps come in the order in which they got ready.
 *
 * Takes it off the list: the caller must see to it.
 */
export function nextStep(state: RunState): number {
  while (state.taken < state.turns) {
    const step = state.ready[state.taken++]!;
    if (state.cancelledEarly === 0 || state.isOpen(step)) return step;
  }
  return NONE;
}

/**
 * The next step whose turn has come although some of its members may not have ended, or {@link NONE}. What nobody needs
 * any more is to be looked for at once, also while no slot is free: the members may hold the slots.
 *
 * Takes it off this list; its turn comes by {@link nextStep} all the same.
 */
export function nextJoined(state: RunState): number {
  const { joined } = state;
  return joined === undefined || state.joinsSeen === joined.length ? NONE : joined[state.joinsSeen++]!;
}

/** Why a step cannot run: a step before it has nothing to give. Undefined when it can. */
export function blockOf(plan: Plan, state: RunState, step: number): SkipReason | undefined {
  const blocker = state.blockedBy?.get(step);
  return blocker === undefined ? undefined : { kind: 'dependency', step: plan.ids[blocker]! };
}

/**
 * Why a step's join can no longer be satisfied, as the error that the step fails with. Undefined when it is satisfied,
 * and for steps that wait for all.
 */
export function joinErrorOf(plan: Plan, state: RunState, step: number): JoinError | undefined {
  const join = plan.joins?.[step];
  if (join === undefined) return undefined;
  const progress = state.joinOf(step);
  if (progress?.status !== 'failed') return undefined;
  const members = dependenciesOf(plan, step).map((member) => {
    const error = state.errors?.get(member);
    return {
      step: plan.ids[member]!,
      status: state.statusOf(member),
      ...(error === undefined ? {} : { error }),
    };
  });
  const { fault } = progress;
  const of = `the quorum of step "${plan.ids[step]}"`;
  const options = fault === undefined ? undefined : { cause: new HandlerError(of, fault.thrown) };
  return new JoinError(plan.ids[step]!, joinWords(join), members, options);
}

/**
 * The steps that nobody needs any more once a join has its turn: those that have not ended, and all whose dependants
 * have ended, have their turn, or are themselves such steps. In the order of definition.
 */
export function noLongerNeeded(plan: Plan, state: RunState, step: number): readonly number[] {
  const unneeded = new Set<number>();
  /** Those of them, and the join, whose own dependencies have been looked at. */
  const released = new Set<number>();
  /** How many of the steps after one wait and have not been released; counted when it is first looked at. */
  const needs = new Map<number, number>();
  const walk = [step];
  for (let from = walk.pop(); from !== undefined; from = walk.pop()) {
    released.add(from);
    for (const member of dependenciesOf(plan, from)) {
      if (unneeded.has(member) || !state.isOpen(member)) continue;
      const counted = needs.get(member);
      const own = state.waits(from) ? 1 : 0;
      const left = counted === undefined ? waitersOf(plan, state, member, released) : counted - own;
      needs.set(member, left);
      if (left > 0) continue;
      unneeded.add(member);
      walk.push(member);
    }
  }
  return [...unneeded].sort((a, b) => a - b);
}

function dependenciesOf(plan: Plan, step: number): readonly number[] {
  return [...plan.dependencies.subarray(plan.firstDependency[step], plan.firstDependency[step + 1])];
}

/** How many of the steps after one wait and have not been released. */
function waitersOf(plan: Plan, state: RunState, step: number, released: ReadonlySet<number>): number {
  let waiters = 0;
  for (let edge = plan.firstDependant[step]!; edge < plan.firstDependant[step + 1]!; edge++) {
    const dependant = plan.dependants[edge]!;
    if (state.waits(dependant) && !released.has(dependant)) waiters++;
  }
  return waiters;
}

/** What a step sees: the run's input and the outputs of the steps before it. Skipped ones have no key. */
export function scopeOf(
  plan: Plan,
  state: RunState,
  step: number,
  input: unknown,
): Readonly<Record<string, unknown>> {
  const scope: Record<string, unknown> = Object.create(plan.scopeRoot);
  scope['input'] = input;
  if (plan.joins?.[step] !== undefined) return joinedScope(plan, state, step, scope);
  const { dependencies, dependencyIds, firstDependency } = plan;
  const end = firstDependency[step + 1]!;
  for (let edge = firstDependency[step]!; edge < end; edge++) {
    const output = state.outputs[dependencies[edge]!];
    if (output !== NOTHING) scope[dependencyIds[edge]!] = output;
  }
  return scope;
}

/**
 * What a step sees whose join goes on without some of its members: of a join that waits for all to settle what became of
 * each, of others the outputs that counted. What completed after its turn had come is not among them, so that it sees
 * the same again when the run is resumed.
 */
function joinedScope(
  plan: Plan,
  state: RunState,
  step: number,
  scope: Record<string, unknown>,
): Readonly<Record<string, unknown>> {
  const settled = plan.joins![step]!.kind === 'settled';
  const members = settled ? dependenciesOf(plan, step) : (state.joinOf(step)?.seen ?? []);
  for (const member of members)
    scope[plan.ids[member]!] = settled ? outcomeOf(state, member) : state.outputs[member];
  return scope;
}

function outcomeOf(state: RunState, step: number): Settled<unknown> {
  const output = state.outputs[step];
  if (output !== NOTHING) return { status: 'completed', output };
  const error = state.errors?.get(step);
  if (error !== undefined) return { status: 'failed', error };
  return { status: state.statusOf(step) as 'skipped' | 'cancelled' };
}

/** The outputs of all steps that have one. */
export function outputsOf(plan: Plan, state: RunState): Readonly<Record<string, unknown>> {
  const outputs: Record<string, unknown> = {};
  for (let step = 0; step < plan.ids.length; step++) {
    const output = state.outputs[step];
    if (output !== NOTHING) outputs[plan.ids[step]!] = output;
  }
  return outputs;
}
