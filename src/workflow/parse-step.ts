import type { ErrorRecord } from '../kernel/errors.ts';
import { checkName } from '../kernel/names.ts';
import {
  callable,
  duration,
  fields,
  list,
  number,
  optional,
  parseOptions,
  type Rule,
  type Rules,
  refuse,
  withDefault,
} from '../kernel/options.ts';
import type { Requirement, Runnable } from '../kernel/work.ts';
import { type PolicySettings, policyRule } from '../resilience/index.ts';
import type { GateTarget } from './gates.ts';
import { type Join, joinRule, membersNeeded } from './joins.ts';
import type {
  FailureRule,
  StepDefinition,
  StepFunction,
  StepTarget,
  UndoDefinition,
  WorkTarget,
} from './step.ts';
import { needsTime, type SignalTarget, type TimerTarget } from './waits.ts';

/** What a step says, whatever it runs. */
export type StepFacts = Omit<StepDefinition, 'id' | 'run' | 'input'>;

const KINDS: ReadonlySet<unknown> = new Set(['capability', 'agent', 'workflow']);
const WAITS: ReadonlySet<unknown> = new Set(['signal', 'timer', 'gate']);

/** The rule of what does the work of a step. */
const workRule: Rule<WorkTarget> = (value) => {
  if (typeof value === 'function') return callable<StepFunction>()(value);
  if (typeof value === 'object' && value !== null) {
    if (KINDS.has((value as Runnable).kind)) return value as Runnable;
    if ('capabilities' in value || 'specializations' in value || 'agent' in value)
      return value as Requirement;
  }
  return refuse('a function, capability, agent, workflow or requirement', value);
};

const TIMERS: ReadonlySet<unknown> = new Set(['sleep', 'sleepUntil']);

/** A wait that looks like one that was made by its maker, of this copy of the package or another. */
const waitRule: Rule<StepTarget> = (value) => {
  const target = value as SignalTarget | TimerTarget<never> | GateTarget;
  if (target.kind === 'signal') checkName('signal', target.name);
  const whole =
    target.kind === 'gate'
      ? typeof target.agreeOn === 'function' && Array.isArray(target.escalate)
      : target.kind === 'signal' || TIMERS.has(target.name);
  return whole ? target : refuse('made by signal, sleep, sleepUntil or gate', value);
};

/** The rule of what a step, or a member of a composite, runs: all but composites, which have methods of their own. */
export const targetRule: Rule<StepTarget> = (value) =>
  WAITS.has((value as { readonly kind?: unknown } | null | undefined)?.kind)
    ? waitRule(value)
    : workRule(value);

/** The rule of an option that takes a function of the scope. */
export const mapping: Rule<((scope: never) => unknown) | undefined> = optional(
  callable<(scope: never) => unknown>(),
);

/**
 * The scope of a step is a record with `input` beside the outputs, so no step can have that name. With one named
 * `then` the record of the outputs could pass for a promise.
 */
const TAKEN: ReadonlySet<string> = new Set(['input', 'then']);

const CONTINUE: FailureRule = Object.freeze({ kind: 'continue' });

const insteadRule = fields<Omit<FailureRule & { kind: 'step' }, 'kind'>>({
  run: workRule,
  input: optional(callable<(scope: never, error: ErrorRecord) => unknown>()),
  policy: optional(policyRule),
});

const failureRule: Rule<FailureRule | undefined> = (value) => {
  if (value === 'fail') return undefined;
  if (value === 'continue') return CONTINUE;
  if (typeof value !== 'object' || value === null)
    return refuse("'fail', 'continue', { value } or { run }", value);
  if ('value' in value)
    return Object.freeze({
      kind: 'value',
      ...fields<{ value: unknown }>({ value: (given) => given })(value),
    });
  const instead = insteadRule(value);
  if (typeof instead.run !== 'function' && instead.input === undefined)
    refuse('given an input when its run is no function', value);
  return Object.freeze({ kind: 'step', ...instead });
};

const undoFields = fields<UndoDefinition>({
  run: callable<UndoDefinition['run']>(),
  policy: optional(policyRule),
});

const undoRule: Rule<UndoDefinition> = (value) =>
  Object.freeze(undoFields(typeof value === 'function' ? { run: value } : value));

/** How {@link StepFacts} are read. */
export const factRules: Rules<StepFacts> = {
  after: withDefault(
    list<string>((value) => checkName('step', value)),
    [],
  ),
  when: optional(callable<(scope: never) => boolean>()),
  policy: optional<PolicySettings>(policyRule),
  join: optional<Join | undefined>(joinRule),
  onFailure: optional<FailureRule | undefined>(failureRule),
  undo: optional<UndoDefinition>(undoRule),
  estimate: optional(duration()),
  cost: optional(number({ min: 0, max: Number.MAX_VALUE })),
};

const stepRules: Rules<Omit<StepDefinition, 'id'>> = { run: targetRule, input: mapping, ...factRules };

/** Reads one step. @throws InvalidNameError, InvalidOptionsError */
export function parseStep(id: unknown, options: unknown): StepDefinition {
  const name = checkName('step', id);
  const step = parseOptions<Omit<StepDefinition, 'id'>>(`step "${name}"`, stepRules, options);
  if (typeof step.run !== 'function') check(name, 'input', () => checkInput(step));
  return stepOf(name, step);
}

/** A step out of what was read. @throws InvalidOptionsError where the parts do not go together */
export function stepOf(id: string, step: Omit<StepDefinition, 'id'>): StepDefinition {
  const { run, input, when, policy, join, onFailure, undo, estimate, cost } = step;
  const after = Object.freeze([...new Set(step.after)]);
  if (TAKEN.has(id)) check(id, 'id', () => refuse(`another name than "${id}"`, id));
  if (join !== undefined) check(id, 'join', () => checkJoin(join, after.length));
  if (onFailure !== undefined) check(id, 'onFailure', () => checkInstead(onFailure, after));
  // Written out: what a spread adds lies outside of the object, and with many steps each is fetched anew.
  return Object.freeze({ id, run, after, input, when, policy, join, onFailure, undo, estimate, cost });
}

function check(id: string, option: string, rule: () => void): void {
  parseOptions(`step "${id}"`, { [option]: rule }, {});
}

/** Says of what a step or a member of a composite runs whether it has the input that it needs. */
export function checkInput({ run, input }: Pick<StepDefinition, 'run' | 'input'>): void {
  if (typeof run === 'function') return;
  const takesNone = WAITS.has(run.kind) && !(run.kind === 'timer' && needsTime(run as TimerTarget<never>));
  if (takesNone && input !== undefined) refuse(`left out: a ${run.kind} takes nothing`, input);
  if (!takesNone && input === undefined) refuse('a function when `run` is no function', input);
}

function checkJoin(join: Join, members: number): void {
  if (members === 0) refuse('left out, or `after` given', join);
  if (membersNeeded(join) > members) refuse(`for at most the ${members} steps in \`after\``, join);
}

/** What is run instead sees `error` beside what the step saw. */
function checkInstead(rule: FailureRule, after: readonly string[]): void {
  if (rule.kind === 'step' && rule.input === undefined && after.includes('error'))
    refuse('given an input, as a step in `after` is called "error"', rule);
}
