import { checkName } from '../../kernel/names.ts';
import { optional, parseOptions } from '../../kernel/options.ts';
import { type Schema, type SchemaInput, schemaRule } from '../../kernel/schema.ts';
import type { PolicySettings } from '../../resilience/index.ts';
import { policyOver } from '../composites/members.ts';
import { frozen, Workflow, type WorkflowSettings, workflowRules } from '../definition.ts';
import { CycleError } from '../errors.ts';
import { compile } from '../plan.ts';
import type { StepDefinition } from '../step.ts';
import { readPolicy } from './composites.ts';
import { copyOfPlan, isObject, type JsonObject } from './document.ts';
import { readExpression } from './expressions.ts';
import { readParameters } from './parameters.ts';
import { at, Problems, shown } from './problems.ts';
import { Reader } from './reader.ts';
import { readStep } from './steps.ts';
import { type PlanTableSettings, tableRules } from './tables.ts';
import { infinityOf } from './targets.ts';
import type { FromJSONOptions, PlanDocument } from './types.ts';

const MOST_STEPS = 10_000;

const FACTS = ['deadline', 'concurrency', 'version', 'changed'] as const;
const KEYS: readonly string[] = [
  '$schema',
  'name',
  'description',
  'parameters',
  'policy',
  ...FACTS,
  'steps',
  'output',
];
/** Names that the scope of a step has itself, or that would make its record pass for a promise. */
const TAKEN: ReadonlySet<string> = new Set(['input', 'then']);

/** What a plan becomes a workflow with, beside itself. */
interface Circumstances {
  readonly tables: PlanTableSettings;
  readonly parameters?: unknown;
  readonly input?: Schema | undefined;
  /** The name of the workflow, whatever the plan says. */
  readonly name?: string;
  /** What holds for the steps where neither they nor the plan say. */
  readonly policy?: PolicySettings | undefined;
}

/**
 * Makes a workflow from a description in JSON: from a file, say, or as a model wrote it. The description has no code;
 * what it names is looked up in the options. It is checked as a whole: the error lists everything that is wrong.
 *
 * @param json JSON text, or what it would be parsed to: at most 1,000,000 characters, 64 levels and 10,000 steps.
 * @throws InvalidPlanError; InvalidOptionsError for the options
 */
export function workflowFromJSON<O = unknown, IS extends Schema | undefined = undefined>(
  json: string | object,
  options?: FromJSONOptions<IS>,
): Workflow<SchemaInput<IS>, O> {
  const { parameters, input, ...tables } = parseOptions<Circumstances & PlanTableSettings>(
    'defineWorkflow.fromJSON',
    { ...tableRules, parameters: (value: unknown) => value, input: optional(schemaRule) } as never,
    options,
  );
  const workflow = readPlan(copyOfPlan(json), { tables, parameters, input });
  return workflow as Workflow as Workflow<SchemaInput<IS>, O>;
}

/** Makes a workflow from a copy of a plan. @throws InvalidPlanError */
function readPlan(plan: JsonObject, circumstances: Circumstances): Workflow {
  const { tables, parameters: given, input } = circumstances;
  const problems = new Problems();
  problems.unknownKeys('', plan, KEYS);
  const parameters = readParameters(problems, plan['parameters'], given);
  const reader = new Reader(problems, tables, parameters.values);
  const name = circumstances.name ?? readName(reader, plan['name']);
  const facts = FACTS.map((key) => {
    return [key, reader.read<unknown>(at('', key), workflowRules[key], infinityOf(plan[key]))];
  });
  const settings: Omit<WorkflowSettings, 'policy' | 'input'> = Object.fromEntries(facts);
  const own = plan['policy'] === undefined ? undefined : readPolicy(reader, '/policy', plan['policy']);
  const texts = ['$schema', 'description'].filter((key) => plan[key] !== undefined);
  for (const key of texts) {
    if (typeof plan[key] !== 'string')
      problems.add(at('', key), 'it is no text', 'write text, or leave it out');
  }
  const steps = readSteps(reader, plan['steps']);
  const sight = { names: new Set(reader.steps.keys()), growing: false };
  const output =
    plan['output'] === undefined ? undefined : readExpression(reader, '/output', plan['output'], sight);
  problems.throwAny();

  const document = { ...plan, name, ...(parameters.filled && { parameters: parameters.filled }) };
  const policy = policyOver(own, circumstances.policy);
  const all = { ...settings, policy, input };
  const workflow = new Workflow(
    name!,
    all,
    () => steps,
    output as ((outputs: never) => unknown) | undefined,
    Object.freeze(document) as never as PlanDocument,
  );
  problems.caught(
    () => workflow.plan,
    (option) => option.reduce(at, ''),
  );
  problems.throwAny();
  return frozen(workflow);
}

function readName(reader: Reader, value: unknown): string | undefined {
  if (value === undefined) return reader.problems.add('', 'it has no name', 'write "name": "brief"');
  return reader.read('/name', (name) => checkName('workflow', name), value);
}

function readSteps(reader: Reader, value: unknown): readonly StepDefinition[] {
  const { problems } = reader;
  if (!Array.isArray(value)) {
    const problem = value === undefined ? 'it has no steps' : `${shown(value)} is no array`;
    problems.add(value === undefined ? '' : '/steps', problem, 'write "steps": [{ "id": "web", "run": … }]');
    return [];
  }
  if (value.length > MOST_STEPS) {
    problems.add('/steps', `there are ${value.length} steps`, `write at most ${MOST_STEPS}`);
    return [];
  }
  for (const [index, step] of value.entries()) readId(reader, at('/steps', index), index, step);
  const steps = value.map((step, index) =>
    isObject(step)
      ? readStep(reader, at('/steps', index), { ...step, id: idOf(reader, step) })
      : problems.add(at('/steps', index), `${shown(step)} is no step`, 'write { "id": "web", "run": … }'),
  );
  findCycles(reader, value);
  return steps.filter((step) => step !== undefined);
}

/** Enters the id of a step, if it is one that a step can have. */
function readId(reader: Reader, path: string, index: number, step: unknown): void {
  if (!isObject(step)) return;
  const { problems, steps } = reader;
  if (step['id'] === undefined) problems.add(path, 'the step has no id', 'write "id": "web"');
  if (step['id'] === undefined) return;
  const id = reader.read(at(path, 'id'), (value) => checkName('step', value), step['id']);
  if (id === undefined) return;
  const other = steps.get(id);
  if (other !== undefined)
    problems.add(
      at(path, 'id'),
      `step ${other} has the id ${shown(id)} as well`,
      'give one of them another id',
    );
  else if (TAKEN.has(id))
    problems.add(at(path, 'id'), `no step can be called ${shown(id)}`, 'give it another id');
  else steps.set(id, index);
}

/** The id of a step whose faults are on the list already; one of its own where it has none. */
function idOf(reader: Reader, step: JsonObject): string {
  const id = new Reader(new Problems(), reader.tables, reader.parameters).plain('', step['id']);
  return typeof id === 'string' && reader.steps.has(id) ? id : '-';
}

/** Steps that wait for one another: each circle is named once. */
function findCycles(reader: Reader, steps: readonly unknown[]): void {
  const { problems } = reader;
  const quiet = new Reader(new Problems(), reader.tables, reader.parameters);
  let left = [...reader.steps].map(([id, place]) => {
    const after = quiet.plain('', (steps[place] as JsonObject)['after']);
    return { id, after: Array.isArray(after) ? after.filter((name) => reader.steps.has(name)) : [] };
  });
  // So many circles are enough to hear of at a time.
  for (let found = 0; found < 10; found++) {
    try {
      compile('plan', left as unknown as readonly StepDefinition[]);
      return;
    } catch (error) {
      if (!(error instanceof CycleError)) throw error;
      const [first] = error.path;
      const place = at('/steps', reader.steps.get(first!)!);
      const fix = 'take one of them out of the `after` of the next';
      problems.add(at(place, 'after'), `the steps wait in a circle: ${error.path.join(' → ')}`, fix);
      const circle = new Set(error.path);
      left = left
        .filter(({ id }) => !circle.has(id))
        .map(({ id, after }) => ({ id, after: after.filter((name) => !circle.has(name)) }));
    }
  }
}
