import { type Rule, whole } from '../../kernel/options.ts';
import { type PolicySettings, policyRule } from '../../resilience/index.ts';
import { memberConcurrency } from '../composites/parse.ts';
import { type Evaluate, readCondition, readExpression } from './expressions.ts';
import { readJoin } from './joins.ts';
import { at } from './problems.ts';
import type { Reader, Sight } from './reader.ts';
import { has, infinityOf, readInput, readTarget } from './targets.ts';

type Scope = Readonly<Record<string, unknown>>;
/** What a composite says, as the list form of a workflow takes it. */
type Parts = Readonly<Record<string, unknown>>;
type Form = (reader: Reader, path: string, value: unknown, sight: Sight) => Parts | undefined;

const POLICY = ['attempts', 'backoff', 'timeout', 'restarts'];

const policyOf: Rule<PolicySettings> = (value) =>
  policyRule(
    Object.fromEntries(Object.entries(value as Parts).map(([key, item]) => [key, infinityOf(item)])),
  );

/** Reads a policy: all of one but `retryWhen`, which is code. */
export function readPolicy(reader: Reader, path: string, value: unknown): PolicySettings | undefined {
  const known = reader.problems.list.length;
  const plain = reader.plain(path, value);
  if (reader.problems.list.length === known) reader.object(path, plain, POLICY, '{ "attempts": 3 }');
  return reader.problems.list.length > known ? undefined : reader.problems.ruled(path, policyOf, plain);
}

/** A sight with more names; a step before it that has one of them could not be told from it. */
function seeing(reader: Reader, path: string, sight: Sight, names: readonly string[]): Sight {
  for (const name of names) {
    if (sight.names.has(name))
      reader.problems.add(
        path,
        `"${name}" stands for something else here`,
        `give the step "${name}" another id`,
      );
  }
  return { ...sight, names: new Set([...sight.names, ...names]) };
}

/** What an option may be left out of. */
function optionally<T>(reader: Reader, path: string, rule: Rule<T>, given: Parts, key: string): Parts {
  return given[key] === undefined ? {} : { [key]: reader.read(at(path, key), rule, infinityOf(given[key])) };
}

function expression(
  reader: Reader,
  path: string,
  given: Parts,
  key: string,
  sight: Sight,
  example: string,
): Evaluate {
  if (given[key] === undefined) reader.problems.add(path, `it says no ${key}`, `write ${example}`);
  return readExpression(reader, at(path, key), given[key] ?? null, sight);
}

const readForEach: Form = (reader, path, value, sight) => {
  const keys = ['over', 'run', 'input', 'concurrency', 'join', 'most'];
  const given = reader.object(path, value, keys, '{ "over": "$.web.facts", "run": { "agent": name } }');
  if (given === undefined) return undefined;
  const over = expression(reader, path, given, 'over', sight, '"over": "$.step.list"');
  const target = readTarget(reader, at(path, 'run'), given['run'], sight);
  const inner = seeing(reader, path, sight, ['item', 'index']);
  const input =
    target && given['input'] !== undefined
      ? readInput(reader, path, given['input'], target, inner)
      : undefined;
  const join = readJoin(reader, at(path, 'join'), given['join']);
  return {
    over,
    run: target?.run,
    ...(input && { input: (item: unknown, index: number, scope: Scope) => input({ ...scope, item, index }) }),
    ...(join && { join }),
    ...optionally(reader, path, memberConcurrency, given, 'concurrency'),
    ...optionally(reader, path, whole({ min: 1 }), given, 'most'),
  };
};

const readRepeat: Form = (reader, path, value, sight) => {
  const keys = ['run', 'input', 'until', 'most', 'onLimit'];
  const example = '{ "run": …, "input": …, "until": { "$ge": ["$.output.score", 8] }, "most": 5 }';
  const given = reader.object(path, value, keys, example);
  if (given === undefined) return undefined;
  const target = readTarget(reader, at(path, 'run'), given['run'], sight);
  const inner = seeing(reader, path, sight, ['round', 'previous']);
  const ends = { names: new Set(['output', 'round']), growing: false };
  const input = expression(reader, path, given, 'input', inner, '"input": "$.previous"');
  if (given['until'] === undefined)
    reader.problems.add(path, 'it says no until', 'write when the last round was');
  const until = readCondition(reader, at(path, 'until'), given['until'] ?? true, ends);
  if (given['most'] === undefined)
    reader.problems.add(path, 'it says no most', 'write how many rounds at most');
  return {
    run: target?.run,
    input,
    until: (output: unknown, round: number) => until({ output, round }),
    ...optionally(reader, path, whole({ min: 1, max: 10_000 }), given, 'most'),
    ...(given['onLimit'] === undefined ? {} : { onLimit: given['onLimit'] }),
  };
};

/** One of several things of which one counts. */
const readMember: Form = (reader, path, value, sight) => {
  const given = reader.object(path, value, ['run', 'input', 'policy'], '{ "run": …, "input": … }');
  if (given === undefined) return undefined;
  const target = readTarget(reader, at(path, 'run'), given['run'], sight);
  const input = target && readInput(reader, path, given['input'], target, sight);
  return {
    run: target?.run,
    ...(input && { input }),
    ...(has(given, 'policy') && { policy: readPolicy(reader, at(path, 'policy'), given['policy']) }),
  };
};

function readMembers(reader: Reader, path: string, value: unknown, sight: Sight): Parts | undefined {
  if (!reader.object(path, value, Object.keys(value ?? {}), '{ "name": { "run": …, "input": … } }'))
    return undefined;
  return Object.fromEntries(
    Object.entries(value as Parts).map(([name, member]) => [
      name,
      readMember(reader, at(path, name), member, sight),
    ]),
  );
}

const readRace: Form = (reader, path, value, sight) => {
  const given = reader.object(path, value, ['members'], '{ "members": { "name": { "run": … } } }');
  return given && { members: readMembers(reader, at(path, 'members'), given['members'], sight) };
};

const readBranch: Form = (reader, path, value, sight) => {
  const example = '{ "on": "$.web.kind", "cases": { "book": { "run": … } } }';
  const given = reader.object(path, value, ['on', 'cases', 'otherwise'], example);
  if (given === undefined) return undefined;
  return {
    on: expression(reader, path, given, 'on', sight, '"on": "$.step.kind"'),
    cases: readMembers(reader, at(path, 'cases'), given['cases'], sight),
    ...(has(given, 'otherwise') && {
      otherwise: readMember(reader, at(path, 'otherwise'), given['otherwise'], sight),
    }),
  };
};

/** The composites of a plan, by the key of a step. */
export const COMPOSITES: ReadonlyMap<string, Form> = new Map([
  ['forEach', readForEach],
  ['repeat', readRepeat],
  ['race', readRace],
  ['branch', readBranch],
]);
