import type { PolicySettings } from '../../resilience/index.ts';
import type { Join } from '../joins.ts';
import type { FailureRule, StepDefinition, StepTarget } from '../step.ts';
import type { PlanDocument, PlanStep } from './types.ts';

type Facts = Readonly<Record<string, unknown>>;

/** What a workflow says, as far as it is described. */
interface Described {
  readonly name: string;
  readonly version: string;
  readonly deadline: number;
  readonly policy: PolicySettings | undefined;
  readonly concurrency: number;
  readonly changed: { readonly kind: string; readonly step?: string };
  readonly steps: readonly StepDefinition[];
}

/** What code says cannot be said as data: a mark stands for it, with the name of the function. */
function marked(code: unknown): Facts {
  return { $code: (code as { readonly name: string }).name };
}

/** A workflow that was made by code, as data. Where code stood, `{ "$code": name }` stands. */
export function describeWorkflow(workflow: Described, output: unknown): PlanDocument {
  const { name, version, deadline, policy, concurrency, changed, steps } = workflow;
  return {
    name,
    version,
    ...(deadline !== Number.POSITIVE_INFINITY && { deadline }),
    ...(policy && { policy: policyFacts(policy) }),
    concurrency: finite(concurrency) as number,
    ...(changed.kind !== 'refuse' && { changed: changeFacts(changed) }),
    steps: steps.map(describeStep),
    ...(output !== undefined && { output: marked(output) }),
  };
}

function describeStep({
  id,
  run,
  after,
  input,
  when,
  policy,
  join,
  onFailure,
  undo,
  estimate,
  cost,
}: StepDefinition): PlanStep {
  return {
    id,
    ...(after.length > 0 && { after: [...after] }),
    ...targetFacts(run, input),
    ...(when && { when: marked(when) }),
    ...(policy && { policy: policyFacts(policy) }),
    ...(join && { join: joinFacts(join) }),
    ...(onFailure && { onFailure: failureFacts(onFailure) }),
    ...(undo && {
      undo: { function: undo.run.name, ...(undo.policy && { policy: policyFacts(undo.policy) }) },
    }),
    ...(estimate !== undefined && { estimate }),
    ...(cost !== undefined && { cost }),
  };
}

function targetFacts(run: StepTarget, input: unknown): Facts {
  if (typeof run === 'object' && run.kind === 'timer' && input !== undefined)
    return { run: { [run.name]: marked(input) } };
  if (typeof run !== 'object' || run.kind !== 'composite')
    return { run: nameOf(run), ...(input !== undefined && { input: marked(input) }) };
  const members = run.members.map(({ name, run: member }) => [name, { run: nameOf(member) }]);
  const join = run.join && run.name !== 'race' && { join: joinFacts(run.join) };
  const most = run.name === 'forEach' || run.name === 'repeat' ? { most: finite(run.most) } : {};
  const several = { race: 'members', branch: 'cases' }[run.name as string];
  const made = several === undefined ? members[0]?.[1] : { [several]: Object.fromEntries(members) };
  return { [run.name]: { ...(made as Facts), ...join, ...most, $code: run.name } };
}

function nameOf(run: StepTarget): Facts {
  if (typeof run === 'function') return { function: run.name };
  switch (run.kind) {
    case undefined: {
      const { agent, capabilities, specializations } = run;
      const names = capabilities?.map((item) => (typeof item === 'string' ? item : item.name));
      return {
        ...(names && { capabilities: names }),
        ...(specializations && { specializations: [...specializations] }),
        ...(agent !== undefined && { agent }),
      };
    }
    case 'timer':
      return { [run.name]: run.ms ?? run.at ?? { $code: 'input' } };
    case 'gate': {
      const { ask, by, quorum, deadline, escalate, onReject, schema, default: fallback } = run;
      const facts = {
        quorum,
        onReject,
        escalate,
        ...(by && { by }),
        ...(fallback && { default: { $literal: fallback.value } }),
      };
      const question = typeof ask === 'string' ? ask.replace(/^\$/, '$$$$') : marked(ask);
      return { gate: { ask: question, ...facts, deadline: finite(deadline), ...codeOf(schema) } };
    }
    case 'composite':
      return { [run.name]: { $code: run.name } };
    case 'signal':
      return { signal: run.name, ...codeOf(run.schema) };
    default:
      return { [run.kind]: run.name };
  }
}

/** A schema is code, too. */
function codeOf(schema: unknown): Facts {
  return schema === undefined ? {} : { $code: 'schema' };
}

function joinFacts(join: Join): unknown {
  switch (join.kind) {
    case 'atLeast':
      return { atLeast: join.count };
    case 'before':
      return { before: join.ms };
    case 'quorum':
      return { quorum: join.count, by: marked(join.by) };
    default:
      return join.kind;
  }
}

function failureFacts(rule: FailureRule): unknown {
  if (rule.kind === 'continue') return rule.kind;
  if (rule.kind === 'value') return { value: { $literal: rule.value } };
  const { run, input, policy } = rule;
  return {
    run: nameOf(run),
    ...(input && { input: marked(input) }),
    ...(policy && { policy: policyFacts(policy) }),
  };
}

function policyFacts(policy: PolicySettings): Facts {
  const given = Object.entries(policy).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([key, value]) => [key, typeof value === 'function' ? marked(value) : finite(value)]),
  );
}

function changeFacts({ kind, step }: Described['changed']): unknown {
  if (kind === 'restartFrom') return { restartFrom: step };
  return kind === 'migrate' ? { $code: kind } : kind;
}

function finite(value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? 'Infinity' : value;
}
