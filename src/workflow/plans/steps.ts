import { factRules } from '../parse-step.ts';
import type { StepDefinition } from '../step.ts';
import { parseStepData } from '../step-data.ts';
import { COMPOSITES, readPolicy } from './composites.ts';
import { isObject, type JsonObject } from './document.ts';
import { readCondition } from './expressions.ts';
import { readJoin } from './joins.ts';
import { at, shown } from './problems.ts';
import type { Reader, Sight } from './reader.ts';
import { namedFunction, readData, readInput, readTarget } from './targets.ts';

type Parts = Readonly<Record<string, unknown>>;

const KINDS: readonly string[] = ['run', ...COMPOSITES.keys()];
const FACTS = [
  'id',
  'description',
  'after',
  'when',
  'join',
  'policy',
  'onFailure',
  'undo',
  'estimate',
  'cost',
];
const KEYS = [...FACTS, ...KINDS, 'input'];
/** What belongs to `run`, and in a composite stands within it. */
const OF_RUN = ['input', 'join'];

/** Reads one step; undefined when anything is wrong with it. */
export function readStep(reader: Reader, path: string, step: JsonObject): StepDefinition | undefined {
  const { problems } = reader;
  const known = problems.list.length;
  problems.unknownKeys(path, step, KEYS);
  const after = readAfter(reader, at(path, 'after'), step['after']);
  const sight: Sight = { names: new Set(['input', ...after]), growing: true };
  const given = (key: string): boolean => step[key] !== undefined;
  if (given('description') && typeof step['description'] !== 'string')
    problems.add(at(path, 'description'), 'it is no text', 'write what the step is for');
  const facts: Parts = {
    id: step['id'],
    after,
    ...(given('when') && { when: readCondition(reader, at(path, 'when'), step['when'], sight) }),
    ...(given('policy') && { policy: readPolicy(reader, at(path, 'policy'), step['policy']) }),
    ...(given('estimate') && {
      estimate: reader.read(at(path, 'estimate'), factRules.estimate, step['estimate']),
    }),
    ...(given('cost') && { cost: reader.read(at(path, 'cost'), factRules.cost, step['cost']) }),
    ...(given('onFailure') && {
      onFailure: readFailure(reader, at(path, 'onFailure'), step['onFailure'], sight),
    }),
    ...(given('undo') && { undo: readUndo(reader, at(path, 'undo'), step['undo']) }),
  };
  const [kind, other] = KINDS.filter(given);
  if (kind === undefined) return problems.add(path, 'it runs nothing', `say one of ${KINDS.join(', ')}`);
  if (other !== undefined)
    return problems.add(path, `it says both ${kind} and ${other}`, 'make two steps of it');
  const own =
    kind === 'run' ? readRun(reader, path, step, sight) : readComposite(reader, path, step, kind, sight);
  if (problems.list.length > known) return undefined;
  return problems.caught(
    () => parseStepData({ ...facts, ...own }),
    (option) =>
      option.reduce(at, kind === 'run' || FACTS.includes(option[0] ?? 'id') ? path : at(path, kind)),
  );
}

function readAfter(reader: Reader, path: string, value: unknown): readonly string[] {
  const { problems, steps } = reader;
  const names = value === undefined ? [] : reader.plain(path, value);
  if (!Array.isArray(names)) {
    problems.add(
      path,
      `${shown(value)} is no array`,
      `write [${typeof value === 'string' ? shown(value) : '"step"'}]`,
    );
    return [];
  }
  for (const [index, name] of names.entries()) {
    if (name === undefined || steps.has(name)) continue;
    problems.unknownName(
      at(path, index),
      'step',
      name as string,
      steps.keys(),
      'name a step of the plan, or leave it out',
    );
  }
  return names.filter((name) => steps.has(name));
}

function readRun(reader: Reader, path: string, step: JsonObject, sight: Sight): Parts {
  const target = readTarget(reader, at(path, 'run'), step['run'], sight);
  const input = target && readInput(reader, path, step['input'], target, sight);
  const join = readJoin(reader, at(path, 'join'), step['join']);
  return { run: target?.run, ...(input && { input }), ...(join && { join }) };
}

function readComposite(reader: Reader, path: string, step: JsonObject, kind: string, sight: Sight): Parts {
  for (const key of OF_RUN) {
    if (step[key] !== undefined)
      reader.problems.add(
        at(path, key),
        `${key} does not stand beside ${kind}`,
        `put it into ${kind}, if it takes one`,
      );
  }
  return { [kind]: COMPOSITES.get(kind)!(reader, at(path, kind), step[kind], sight) };
}

function readFailure(reader: Reader, path: string, value: unknown, sight: Sight): unknown {
  const { problems } = reader;
  if (value === 'fail' || value === 'continue') return value;
  if (!isObject(value) || (value['run'] === undefined) === (value['value'] === undefined))
    return problems.add(
      path,
      `${shown(value)} does not do`,
      'write "fail", "continue", { "value": … } or { "run": …, "input": … }',
    );
  if (value['value'] !== undefined) {
    problems.unknownKeys(path, value, ['value']);
    return { value: readData(reader, at(path, 'value'), value['value']) };
  }
  problems.unknownKeys(path, value, ['run', 'input', 'policy']);
  const inner = { ...sight, names: new Set([...sight.names, 'error']) };
  const target = readTarget(reader, at(path, 'run'), value['run'], inner);
  if (target?.takes === 'nothing')
    return problems.add(
      at(path, 'run'),
      'it cannot wait',
      'name a capability, an agent, a workflow or a function',
    );
  const input = target && readInput(reader, path, value['input'], target, inner);
  const policy = value['policy'];
  return {
    run: target?.run,
    ...(input && { input: (scope: Parts, error: unknown) => input({ ...scope, error }) }),
    ...(policy !== undefined && { policy: readPolicy(reader, at(path, 'policy'), policy) }),
  };
}

function readUndo(reader: Reader, path: string, value: unknown): unknown {
  const given = reader.object(path, value, ['function', 'policy'], '{ "function": name }');
  if (given === undefined) return undefined;
  const { policy } = given;
  return {
    run: namedFunction(reader, at(path, 'function'), given['function']),
    ...(policy !== undefined && { policy: readPolicy(reader, at(path, 'policy'), policy) }),
  };
}
