import { InvalidOptionsError } from '../kernel/errors.ts';
import { encodePayload } from '../kernel/payload.ts';
import type { Workflow } from './definition.ts';
import { DefinitionMismatchError } from './errors.ts';
import { changesBetween } from './fingerprint.ts';
import { Flow } from './flow.ts';
import type { Plan } from './plan.ts';
import type { Revision } from './revision-entry.ts';
import type { RunStore } from './run-store.ts';
import { entryText, type StoredRun } from './stored-run.ts';

/** True when everything that is on record of a run has its place in the definition. */
export function fits(definition: Workflow, { entries }: StoredRun): boolean {
  if (definition instanceof Flow) return true;
  const { plan } = definition;
  return entries.every(({ step }) => step === undefined || plan.index.has(step));
}

/**
 * What has to be done for a run to go on with a definition: nothing, a revision, or it cannot and the error says why.
 *
 * Rejects like a store.
 */
export async function revisionOf(
  store: RunStore,
  definition: Workflow,
  stored: StoredRun,
): Promise<Revision | Error | undefined> {
  if (definition instanceof Flow) return undefined;
  const { fingerprint } = stored;
  const now = definition.fingerprints;
  if (fingerprint === undefined || fingerprint === now.workflow) {
    return fits(definition, stored) ? undefined : mismatch(definition, stored, new Map());
  }
  const { changed: rule, plan } = definition;
  if (rule.kind === 'refuse') {
    return mismatch(definition, stored, await store.fingerprintsOf(definition.name, fingerprint));
  }
  const gone = untimely(plan, stored.entries);
  if (rule.kind === 'compatible') return { fingerprint: now.workflow, dropped: gone, entries: () => [] };
  if (rule.kind === 'restartFrom') {
    const again = descendants(plan, plan.index.get(rule.step)!).map((step) => plan.ids[step]!);
    return { fingerprint: now.workflow, dropped: [...new Set([...gone, ...again])], entries: () => [] };
  }
  return migration(store, definition, stored, rule.migrate);
}

function mismatch(
  { name, fingerprints }: Workflow,
  { id, entries }: StoredRun,
  before: ReadonlyMap<string, string>,
): DefinitionMismatchError {
  // Of a definition that nobody has kept only the steps that have begun are known.
  const known = before.size > 0 ? before : stepsOn(entries, fingerprints.steps);
  return new DefinitionMismatchError(name, id, changesBetween(known, fingerprints.steps));
}

function stepsOn(
  entries: StoredRun['entries'],
  now: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const removed = entries.flatMap(({ step }) =>
    step === undefined || now.has(step) ? [] : [[step, ''] as const],
  );
  return new Map([...now, ...removed]);
}

const ENDS: ReadonlySet<string> = new Set([
  'step.completed',
  'step.failed',
  'step.skipped',
  'step.cancelled',
]);

/** Steps that there are no more, and those under way that come after steps which have not ended. */
function untimely(plan: Plan, entries: StoredRun['entries']): readonly string[] {
  const begun = new Set<string>();
  const ended = new Set<string>();
  for (const { type, step } of entries) {
    if (step === undefined) continue;
    begun.add(step);
    if (ENDS.has(type)) ended.add(step);
  }
  return [...begun].filter((id) => {
    const step = plan.index.get(id);
    if (step === undefined) return true;
    return !ended.has(id) && plan.steps[step]!.after.some((before) => !ended.has(before));
  });
}

/** A step and all that come after it. */
function descendants(plan: Plan, first: number): readonly number[] {
  const found = new Set([first]);
  for (const step of found) {
    for (let edge = plan.firstDependant[step]!; edge < plan.firstDependant[step + 1]!; edge++)
      found.add(plan.dependants[edge]!);
  }
  return [...found];
}

type MigrateRule = Extract<Workflow['changed'], { readonly kind: 'migrate' }>['migrate'];

function migration(
  store: RunStore,
  definition: Workflow,
  stored: StoredRun,
  migrate: MigrateRule,
): Revision | Error {
  const { plan, name } = definition;
  const { id: runId, origin, entries } = stored;
  const completed = entries.filter(({ type }) => type === 'step.completed');
  const outputs = Object.fromEntries(completed.map(({ step, output }) => [step!, output]));
  const made: unknown = migrate({ runId, version: origin.version, input: origin.input, outputs });
  if (typeof made !== 'object' || made === null)
    return new InvalidOptionsError(
      `workflow "${name}"`,
      'changed.migrate',
      'a function that returns outputs by step',
      made,
    );
  const texts: (readonly [string, string])[] = [];
  for (const [step, output] of Object.entries(made)) {
    if (!plan.index.has(step))
      return new InvalidOptionsError(
        `workflow "${name}"`,
        'changed.migrate',
        'a function that returns outputs of its steps',
        step,
      );
    texts.push([step, encodePayload(() => `migrated output of step "${step}"`, output, store.payloadLimit)]);
  }
  return {
    fingerprint: definition.fingerprints.workflow,
    dropped: [...new Set(entries.flatMap(({ step }) => step ?? []))],
    entries: (at) =>
      texts.map(([step, payload]) =>
        entryText({ type: 'step.completed', at, step, details: undefined, payload }),
      ),
  };
}
