import { HandlerError, InvalidOptionsError } from '../../kernel/errors.ts';
import { ignore, isThenable } from '../../kernel/functions.ts';
import { checkName } from '../../kernel/names.ts';
import { fields, optional, type Rule, refuse } from '../../kernel/options.ts';
import { type PolicySettings, policyRule } from '../../resilience/index.ts';
import { JoinError } from '../errors.ts';
import { questionOf } from '../gates.ts';
import { type Join, joinWords, membersNeeded } from '../joins.ts';
import { checkInput, mapping, stepOf, targetRule } from '../parse-step.ts';
import type { ExpansionHost, StepDefinition, StepTarget } from '../step.ts';

/** What a step sees. */
export type Scope = Readonly<Record<string, unknown>>;

/** The id of the step that joins the members; no member has it. */
const JOIN_STEP = 'join';

/** One of several things of which one counts, parsed. */
export interface MemberSettings {
  readonly run: StepTarget;
  readonly input: ((scope: never) => unknown) | undefined;
  readonly policy: PolicySettings | undefined;
}

const memberFields = fields<MemberSettings>({
  run: targetRule,
  input: mapping,
  policy: optional(policyRule),
});

/** The rule of a member of a race, or the case of a branch. */
export const memberRule: Rule<MemberSettings> = (value) => {
  const member = memberFields(value);
  checkInput(member);
  return member;
};

const TAKEN: ReadonlySet<string> = new Set(['input', 'then', JOIN_STEP]);

/** The rule of several members by name. */
export const membersRule: Rule<ReadonlyMap<string, MemberSettings>> = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuse('an object of members', value);
  const rules: Record<string, Rule<MemberSettings>> = Object.create(null);
  for (const name of Object.keys(value as object)) {
    checkName('step', name);
    if (TAKEN.has(name)) refuse(`an object without a member "${name}"`, value);
    rules[name] = memberRule;
  }
  const members = Object.entries(fields(rules)(value));
  if (members.length === 0) refuse('an object of at least one member', value);
  return new Map(members);
};

/** A step of a composite: everything that is not said is left out. */
export function memberStep(
  id: string,
  run: StepTarget,
  facts: Partial<Omit<StepDefinition, 'id' | 'run'>> = {},
): StepDefinition {
  const { after = [], input, when, policy, join, onFailure, undo, estimate, cost } = facts;
  return stepOf(id, { run, after, input, when, policy, join, onFailure, undo, estimate, cost });
}

/** The step for a member that was given with what it runs; what it takes is made from the scope of the composite. */
export function stepFor(
  id: string,
  { run, input, policy }: MemberSettings,
  scope: Scope,
  host: ExpansionHost,
): StepDefinition {
  if (typeof run === 'object' && run.kind === 'gate') {
    const ask = called(`the question of step "${host.step}"`, () => questionOf(host.step, run, scope));
    return memberStep(id, Object.freeze({ ...run, ask }), { policy });
  }
  if (input !== undefined) return memberStep(id, run, { policy, input: () => input(scope as never) });
  return memberStep(id, run, typeof run === 'function' ? { policy, input: () => scope } : { policy });
}

/** The step that waits for the members as the join says, and makes the output out of what it sees of them. */
export function joinStep(
  members: readonly StepDefinition[],
  join: Join,
  output: (seen: Scope) => unknown,
): StepDefinition {
  return memberStep(JOIN_STEP, output as (scope: never) => unknown, {
    after: members.map(({ id }) => id),
    join,
  });
}

/** Refuses a join that so few members cannot satisfy. @throws JoinError */
export function checkMembers(members: number, join: Join | undefined, { step }: ExpansionHost): void {
  if (join === undefined || membersNeeded(join) <= members) return;
  const pending = Array.from({ length: members }, (_, i) => ({ step: `${i}`, status: 'pending' as const }));
  throw new JoinError(step, joinWords(join), pending);
}

/** Calls the code of the definition; what it throws becomes the cause of a `HandlerError`. */
export function called<T>(what: string, code: () => T): T {
  try {
    return code();
  } catch (error) {
    throw new HandlerError(what, error);
  }
}

/** Refuses what the code of the definition gave. @throws InvalidOptionsError */
export function refuseAnswer(step: string, option: string, rule: string, answer: unknown): never {
  if (isThenable(answer)) Promise.resolve(answer).catch(ignore);
  throw new InvalidOptionsError(`step "${step}"`, option, rule, answer);
}

/** What a policy leaves out, taken from a less specific one. */
export function policyOver(
  policy: PolicySettings | undefined,
  general: PolicySettings | undefined,
): PolicySettings | undefined {
  if (policy === undefined || general === undefined) return policy ?? general;
  const given = Object.entries(policy).filter(([, value]) => value !== undefined);
  return { ...general, ...Object.fromEntries(given) };
}
