import type { ErrorRecord } from '../kernel/errors.ts';
import type { FailureRule } from './step.ts';

/**
 * The input of what is run instead of a step that has failed for good.
 *
 * @param scope What the step saw. It throws what the code of the definition throws.
 */
export function inputInstead(
  rule: FailureRule & { readonly kind: 'step' },
  scope: Readonly<Record<string, unknown>>,
  error: ErrorRecord,
): unknown {
  return rule.input === undefined ? { ...scope, error } : rule.input(scope as never, error);
}
