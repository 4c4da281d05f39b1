import { checkName } from '../kernel/names.ts';
import { type Schema, validate } from '../kernel/schema.ts';
import type { Plan } from './plan.ts';
import type { Composite } from './step.ts';
import type { RunOfSteps } from './step-runs.ts';
import { isWait } from './step-waits.ts';

/** Sends a signal to a run: it is validated, then taken in by the outermost run, and stored. Throws as `Run` says. */
export async function sendSignal(
  run: RunOfSteps & { demandOpen(): void },
  name: string,
  value: unknown,
): Promise<void> {
  checkName('signal', name);
  run.demandOpen();
  const schema = signalSchema(run.plan, name);
  const checked = schema === undefined ? value : await validate(schema, value, 'input', `signal "${name}"`);
  const text = run.record.payload(`signal "${name}"`, checked);
  run.demandOpen();
  run.host.runtime.tick();
  run.inbox.send(name, checked, text, schema !== undefined);
  await run.inbox.stored();
}

/** What validates a signal when it is sent: the schema of the first step that waits for one of the name. */
function signalSchema({ targets }: Plan, name: string): Schema | undefined {
  for (const target of targets) {
    const { kind } = target as { readonly kind?: unknown };
    const parts = kind === 'composite' ? (target as Composite).members.map(({ run }) => run) : [target];
    for (const part of parts)
      if (isWait(part) && part.kind === 'signal' && part.name === name) return part.schema;
  }
  return undefined;
}
