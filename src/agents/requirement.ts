import { checkName } from '../kernel/names.ts';
import { list, optional, parseOption, parseOptions, type Rule, refuse } from '../kernel/options.ts';
import type { Callee, Requirement } from '../kernel/work.ts';
import type { RequirementNames } from './entry.ts';

/** The name of a capability that is given by definition or by name. */
function nameOf(capability: Callee<never, unknown> | string): string {
  return typeof capability === 'string' ? capability : capability.name;
}

const capabilityName: Rule<string> = (value) => {
  if (typeof value !== 'string' && (value as Callee | null | undefined)?.kind !== 'capability') {
    refuse('a capability or its name', value);
  }
  return checkName('capability', nameOf(value as Callee | string));
};

const rules = {
  agent: optional<string>((value) => checkName('agent', value)),
  capabilities: optional(list(capabilityName)),
  specializations: optional(list<string>((value) => checkName('specialization', value))),
};

/**
 * Reads a requirement as names.
 *
 * @throws InvalidNameError, InvalidOptionsError (also when it asks for nothing)
 */
export function requirementNames(requirement: Requirement): RequirementNames {
  const {
    agent,
    capabilities = [],
    specializations = [],
  } = parseOptions<{
    agent: string | undefined;
    capabilities: readonly string[] | undefined;
    specializations: readonly string[] | undefined;
  }>('requirement', rules, requirement);
  if (agent === undefined && capabilities.length === 0 && specializations.length === 0) {
    parseOption(
      'requirement',
      'capabilities',
      () => refuse('given when nothing else is', capabilities),
      capabilities,
    );
  }
  return { agent, capabilities, specializations };
}
