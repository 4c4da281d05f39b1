import { checkName } from '../../kernel/names.ts';
import { parseOptions, type Rule, type Rules, whole, withDefault } from '../../kernel/options.ts';
import type { PolicySettings } from '../../resilience/index.ts';
import type { Join } from '../joins.ts';
import { factRules, type StepFacts, stepOf } from '../parse-step.ts';
import type { Composite, StepDefinition } from '../step.ts';

const { join: joinOption, ...ownRules } = factRules;

/** How the option `join` of a composite is read: it is about its members. */
export const memberJoin: Rule<Join | undefined> = joinOption;

/** Members at once. */
export const memberConcurrency: Rule<number> = withDefault(
  whole({ min: 1, max: Number.POSITIVE_INFINITY }),
  1_000,
);

/**
 * Reads a step that is a composite. Its policy is that of its members: it is not tried again as a whole.
 *
 * @param make Makes the composite from its own options, and from the policy of its members.
 * @throws InvalidNameError, InvalidOptionsError
 */
export function parseComposite<S extends object>(
  id: unknown,
  rules: Rules<S>,
  options: unknown,
  make: (settings: S, policy: PolicySettings | undefined) => Composite,
): StepDefinition {
  const name = checkName('step', id);
  const settings = parseOptions<S & Omit<StepFacts, 'join'>>(
    `step "${name}"`,
    { ...ownRules, ...rules } as Rules<S & Omit<StepFacts, 'join'>>,
    options,
  );
  const { after, when, policy, onFailure, undo, estimate, cost } = settings;
  const run = Object.freeze(make(settings, policy));
  return stepOf(name, {
    run,
    after,
    when,
    onFailure,
    undo,
    estimate,
    cost,
    input: undefined,
    policy: undefined,
    join: undefined,
  });
}
