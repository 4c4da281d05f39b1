export {
  type Agent,
  type CapabilityReference,
  defineAgent,
  type NamedAgentOptions,
  type ServingAgentOptions,
} from './agent.ts';
export { type Capability, type CapabilityOptions, defineCapability } from './capability.ts';
export type { AgentInfo, AgentStatus, Candidate, CandidateSet } from './entry.ts';
export { AgentEntry, matchScore } from './entry.ts';
export { AgentExistsError, AgentGoneError, UnknownAgentError } from './errors.ts';
export type { AgentEvent } from './events.ts';
export {
  type AgentHost,
  AgentRegistry,
  type AgentRegistryOptions,
  type RankedCandidate,
  type Rejection,
  type UnregisterOptions,
} from './registry.ts';
