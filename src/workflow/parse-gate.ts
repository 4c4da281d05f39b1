import { checkName } from '../kernel/names.ts';
import { parseOptions } from '../kernel/options.ts';
import { type GateSettings, gateFrom, gateRules } from './gates.ts';
import { factRules, type StepFacts, stepOf } from './parse-step.ts';
import type { StepDefinition } from './step.ts';

const { join: _join, policy: _policy, ...ownRules } = factRules;

/** Reads a step that is a gate. @throws InvalidNameError, InvalidOptionsError */
export function parseGateStep(id: unknown, options: unknown): StepDefinition {
  const name = checkName('step', id);
  const owner = `step "${name}"`;
  const { after, when, onFailure, undo, estimate, cost, ...settings } = parseOptions<
    Omit<StepFacts, 'join' | 'policy'> & GateSettings
  >(owner, { ...ownRules, ...gateRules }, options);
  return stepOf(name, {
    run: gateFrom(owner, settings),
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
