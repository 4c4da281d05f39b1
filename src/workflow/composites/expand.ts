import { WORKFLOW_DEFAULTS, Workflow } from '../definition.ts';
import type { Composite, ExpansionHost } from '../step.ts';

/**
 * The workflow that a composite is for what its step sees. Its name is that of the step's workflow and the step's id.
 *
 * The same comes of the same scope, so that a run of it can be resumed. It throws what the code of the definition throws.
 */
export function expandStep(
  composite: Composite,
  scope: Readonly<Record<string, unknown>>,
  host: ExpansionHost,
): Workflow {
  const { steps, output, policy, concurrency } = composite.expand(scope, host);
  const settings = {
    ...WORKFLOW_DEFAULTS,
    policy: policy ?? host.policy,
    concurrency: concurrency ?? WORKFLOW_DEFAULTS.concurrency,
  };
  return Object.freeze(
    new Workflow(`${host.workflow}.${host.step}`, settings, () => steps, output),
  ) as Workflow;
}
