export type { Backoff, BackoffSettings, EffectivePolicy, Policy, PolicySettings } from './policy.ts';
export { effectivePolicy, policyRule } from './policy.ts';
export { type Retry, retryAfter } from './retry.ts';
