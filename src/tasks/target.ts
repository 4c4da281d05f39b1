import type { AgentRegistry, CandidateSet, Capability } from '../agents/index.ts';
import { checkName } from '../kernel/names.ts';
import { refuse, refused } from '../kernel/options.ts';
import { type Callee, type Requirement, targetLabel } from '../kernel/work.ts';
import { NoCandidateError } from './errors.ts';

/** Whom a task may be given to: a capability, an agent by definition or name, or a requirement. */
export type TaskTarget = Callee<never, unknown> | string | Requirement;

/** A target that was looked up. */
export interface ResolvedTarget {
  readonly candidates: CandidateSet;
  /** The one capability that is asked for, if it is one: its schemas apply. */
  readonly capability: Capability | undefined;
}

/**
 * Finds the agents that `target` means.
 *
 * @throws InvalidNameError, InvalidOptionsError, NoCandidateError
 */
export function resolveTarget(target: TaskTarget, agents: AgentRegistry): ResolvedTarget {
  try {
    return resolve(target, agents);
  } catch (error) {
    throw refused('ask', 'target', error);
  }
}

function resolve(target: TaskTarget, agents: AgentRegistry): ResolvedTarget {
  const kind = typeof target === 'object' && target !== null && 'kind' in target ? target.kind : undefined;
  if (kind === 'capability') {
    const capability = target as Capability;
    const candidates = agents.candidatesFor('capability', capability.name);
    if (candidates !== undefined) return { candidates, capability };
    throw new NoCandidateError(
      capability.name,
      agents.size,
      agents.rejections({ capabilities: [capability.name] }),
    );
  }
  if (kind === 'agent' || typeof target === 'string') {
    const name = checkName('agent', typeof target === 'string' ? target : (target as Callee).name);
    const candidates = agents.candidatesFor('agent', name);
    if (candidates !== undefined) return { candidates, capability: onlyCapability(candidates) };
    throw new NoCandidateError(`agent ${name}`, agents.size, agents.rejections({ agent: name }));
  }
  if (kind !== undefined || typeof target !== 'object' || target === null) {
    refuse('a capability, an agent, an agent name or a requirement', target);
  }
  const requirement = target as Requirement;
  const candidates = agents.candidates(requirement);
  if (candidates !== undefined) return { candidates, capability: namedCapability(candidates) };
  throw new NoCandidateError(targetLabel(requirement), agents.size, agents.rejections(requirement));
}

/** An agent that serves one capability does that one when it is asked by name. */
function onlyCapability({ entries }: CandidateSet): Capability | undefined {
  const capabilities = entries[0]?.agent.capabilities;
  return capabilities?.length === 1 ? capabilities[0] : undefined;
}

/** A requirement names its capability; the definition is the one that its first agent serves. */
function namedCapability({ requirement, entries }: CandidateSet): Capability | undefined {
  const [name, ...others] = requirement.capabilities;
  if (name === undefined || others.length > 0) return undefined;
  return entries[0]?.agent.capabilities.find((capability) => capability.name === name);
}
