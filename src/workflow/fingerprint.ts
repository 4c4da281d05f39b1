import { createHash } from 'node:crypto';
import { joinWords } from './joins.ts';
import type { Composite, FailureRule, StepDefinition, StepTarget } from './step.ts';

/** Short texts that change when the structure of a workflow does. */
export interface Fingerprints {
  /** That of all steps together, in whatever order they are defined. */
  readonly workflow: string;
  /** That of each step, in the order of definition. */
  readonly steps: ReadonlyMap<string, string>;
}

/** How the steps of a workflow differ from those that a run began with. */
export interface StepChanges {
  /** Steps that the run did not have. */
  readonly added: readonly string[];
  /** Steps that there are no more. */
  readonly removed: readonly string[];
  /** Steps of another structure. */
  readonly changed: readonly string[];
}

/**
 * The fingerprint of one step: 12 hexadecimal digits.
 *
 * It is about structure only: the id, the steps before it and how they are joined, the kind and name of what it runs
 * (of a function only that it is one), the parameters of a wait, a gate or a composite, and which of `when`, `input`,
 * `undo` and `onFailure` there are. Code, questions, policies, estimates and costs are no part of it. The journals of
 * runs hold it, so what goes into it must not change between releases.
 */
export function stepFingerprint(step: StepDefinition): string {
  const { id, run, after, join, when, input, undo, onFailure } = step;
  const has = [when, input, undo].map((part) => part !== undefined);
  return hash([id, [...after].sort(), targetFacts(run), joinWords(join), has, failureFacts(onFailure)]);
}

/** The fingerprints of the steps of a workflow, and of all of them together. */
export function fingerprintsOf(steps: readonly StepDefinition[]): Fingerprints {
  const texts = new Map(steps.map((step) => [step.id, stepFingerprint(step)]));
  return { workflow: hash([...texts.values()].sort()), steps: texts };
}

/** What is different now, by the fingerprints of the steps. */
export function changesBetween(
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): StepChanges {
  return {
    added: [...now.keys()].filter((id) => !before.has(id)),
    removed: [...before.keys()].filter((id) => !now.has(id)),
    changed: [...now.keys()].filter((id) => before.has(id) && before.get(id) !== now.get(id)),
  };
}

function hash(facts: unknown): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 12);
}

function targetFacts(run: StepTarget): readonly unknown[] {
  if (typeof run === 'function') return ['function'];
  switch (run.kind) {
    case undefined: {
      const { agent = null, capabilities = [], specializations = [] } = run;
      const names = capabilities.map((item) => (typeof item === 'string' ? item : item.name));
      return ['requirement', agent, names.sort(), [...specializations].sort()];
    }
    case 'timer':
      return ['timer', run.name, run.ms ?? null, run.at ?? null];
    case 'gate': {
      const { by, quorum, deadline, escalate, onReject } = run;
      const chain = escalate.map((step) => [step.after, [...step.by].sort()]);
      const roles = by === undefined ? null : [...by].sort();
      return ['gate', roles, quorum, String(deadline), run.default !== undefined, chain, onReject];
    }
    case 'composite':
      return compositeFacts(run);
    default:
      return [run.kind, run.name];
  }
}

function compositeFacts({ name, members, most, join }: Composite): readonly unknown[] {
  const made = members.map((member) => [member.name, targetFacts(member.run)]);
  return ['composite', name, made, String(most), joinWords(join)];
}

function failureFacts(rule: FailureRule | undefined): readonly unknown[] {
  if (rule === undefined) return ['fail'];
  return rule.kind === 'step' ? ['step', targetFacts(rule.run)] : [rule.kind];
}
