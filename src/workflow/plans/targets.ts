import { checkName } from '../../kernel/names.ts';
import { type Rule, text } from '../../kernel/options.ts';
import { type GateTarget, gate, gateRules } from '../gates.ts';
import type { StepFunction, StepTarget, WorkTarget } from '../step.ts';
import { type SignalTarget, signal, sleep, sleepUntil } from '../waits.ts';
import { isObject } from './document.ts';
import { type Evaluate, isComputed, readExpression } from './expressions.ts';
import { at, shown } from './problems.ts';
import type { Reader, Sight } from './reader.ts';

/** What a step or a member of a composite runs. */
export interface ReadTarget {
  readonly run: StepTarget;
  /** Whether it is given an input: it must be, it may be, or it must not. */
  readonly takes: 'input' | 'scope' | 'nothing';
  /** Gives a timer the time that is known only when it has its turn. */
  readonly time?: Evaluate | undefined;
}

type Form = (reader: Reader, path: string, value: unknown, sight: Sight) => ReadTarget | undefined;

const REQUIREMENT: readonly string[] = ['capabilities', 'specializations', 'agent'];
const NO_SIGHT: Sight = { names: new Set(), growing: false };

/** One of the tables, and what is named there. */
function named(
  reader: Reader,
  path: string,
  kind: 'capability' | 'agent' | 'workflow' | 'function',
  value: unknown,
): { readonly name: string; readonly found: unknown } | undefined {
  const tables = {
    capability: 'capabilities',
    agent: 'agents',
    workflow: 'workflows',
    function: 'functions',
  } as const;
  const rule: Rule<string> = kind === 'function' ? text : (name) => checkName(kind, name);
  const name = reader.read(path, rule, value);
  if (name === undefined) return undefined;
  const table = reader.tables[tables[kind]];
  if (table === undefined && (kind === 'capability' || kind === 'agent')) return { name, found: undefined };
  if (table?.has(name)) return { name, found: table.get(name) };
  const names = [...(table?.keys() ?? [])];
  const fix =
    names.length === 0
      ? `it must be given in \`${tables[kind]}\``
      : `there are ${names.slice(0, 10).join(', ')}`;
  return reader.problems.unknownName(path, kind, name, names, fix);
}

/** A function by its name. */
export function namedFunction(reader: Reader, path: string, value: unknown): StepFunction | undefined {
  return named(reader, path, 'function', value)?.found as StepFunction | undefined;
}

/** What expressions without references give; for data that parameters may stand in. */
export function readData(reader: Reader, path: string, value: unknown): unknown {
  return readExpression(reader, path, value, NO_SIGHT)({});
}

function readRequirement(
  reader: Reader,
  path: string,
  value: { readonly [key: string]: unknown },
): ReadTarget | undefined {
  const names = (key: 'capabilities' | 'specializations') => {
    const items = value[key] === undefined ? [] : reader.plain(at(path, key), value[key]);
    if (!Array.isArray(items))
      return reader.problems.add(at(path, key), `${shown(items)} is no array`, 'write an array of names');
    return items.map((item, index) => {
      const place = at(at(path, key), index);
      return key === 'capabilities'
        ? named(reader, place, 'capability', item)?.name
        : reader.read(place, (name) => checkName('specialization', name), item);
    });
  };
  const agent =
    value['agent'] === undefined ? undefined : named(reader, at(path, 'agent'), 'agent', value['agent']);
  const facts = { capabilities: names('capabilities'), specializations: names('specializations') };
  const run = { ...facts, ...(agent === undefined ? {} : { agent: agent.name }) } as WorkTarget;
  return { run: Object.freeze(run), takes: 'input' };
}

function readTimer(make: (time?: never) => StepTarget): Form {
  return (reader, path, value, sight) => {
    if (isComputed(value))
      return { run: make(), takes: 'nothing', time: readExpression(reader, path, value, sight) };
    const run = reader.read(path, (time) => make(time as never), value);
    return run && { run, takes: 'nothing' };
  };
}

const GATE_KEYS = ['by', 'quorum', 'deadline', 'escalate', 'onReject'] as const;

const readGate: Form = (reader, path, value, sight) => {
  const example = '{ "ask": "Shall it be sent?", "by": ["editor"] }';
  const given = reader.object(path, value, ['ask', 'default', ...GATE_KEYS], example);
  if (given === undefined) return undefined;
  const known = reader.problems.list.length;
  const question = readExpression(reader, at(path, 'ask'), given['ask'], sight);
  const ask = isComputed(given['ask']) ? question : question({});
  reader.problems.ruled(at(path, 'ask'), gateRules.ask, ask);
  const facts = GATE_KEYS.filter((key) => given[key] !== undefined).map((key) => {
    return [key, reader.read<unknown>(at(path, key), gateRules[key], infinityOf(given[key]))];
  });
  const fallback =
    given['default'] === undefined
      ? {}
      : { default: readData(reader, at(path, 'default'), given['default']) };
  if (reader.problems.list.length > known) return undefined;
  const options = { ask, ...Object.fromEntries(facts), ...fallback } as Parameters<typeof gate>[0];
  const run: GateTarget | undefined = reader.problems.caught(
    () => gate(options),
    (option) => option.reduce(at, path),
  );
  return run && { run, takes: 'nothing' };
};

const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  [
    'capability',
    (reader, path, value) => {
      const it = named(reader, path, 'capability', value);
      return (
        it && { run: (it.found ?? Object.freeze({ capabilities: [it.name] })) as WorkTarget, takes: 'input' }
      );
    },
  ],
  [
    'agent',
    (reader, path, value) => {
      const it = named(reader, path, 'agent', value);
      return it && { run: (it.found ?? Object.freeze({ agent: it.name })) as WorkTarget, takes: 'input' };
    },
  ],
  [
    'workflow',
    (reader, path, value) => {
      const it = named(reader, path, 'workflow', value);
      return it && { run: it.found as WorkTarget, takes: 'input' };
    },
  ],
  [
    'function',
    (reader, path, value) => {
      const run = namedFunction(reader, path, value);
      return run && { run, takes: 'scope' };
    },
  ],
  [
    'signal',
    (reader, path, value) => {
      const run: SignalTarget | undefined = reader.read(path, (name) => signal(name as string), value);
      return run && { run, takes: 'nothing' };
    },
  ],
  ['sleep', readTimer(sleep)],
  ['sleepUntil', readTimer(sleepUntil)],
  ['gate', readGate],
]);

const KEYS: readonly string[] = [...FORMS.keys(), 'capabilities', 'specializations'];

/** `"Infinity"`, which JSON has no number for, as the number. */
export function infinityOf(value: unknown): unknown {
  return value === 'Infinity' ? Number.POSITIVE_INFINITY : value;
}

/** Reads what is run. */
export function readTarget(
  reader: Reader,
  path: string,
  value: unknown,
  sight: Sight,
): ReadTarget | undefined {
  const { problems } = reader;
  const example = '{ "capability": name } or { "agent": name }';
  const given = reader.object(path, value, KEYS, example);
  if (given === undefined) return undefined;
  const keys = Object.keys(given).filter((key) => KEYS.includes(key));
  const isRequirement = keys.length > 0 && keys.every((key) => REQUIREMENT.includes(key));
  if (isRequirement && (keys.length > 1 || keys[0] !== 'agent')) return readRequirement(reader, path, given);
  if (keys.length === 1) return FORMS.get(keys[0]!)!(reader, at(path, keys[0]!), given[keys[0]!], sight);
  const problem = keys.length === 0 ? 'it names nothing to run' : `${keys.join(' and ')} do not go together`;
  return problems.add(path, problem, `write one of ${KEYS.join(', ')}`);
}

/** Reads the input for what is run, where it takes one. @param path That of the object in which `run` and `input` stand. */
export function readInput(
  reader: Reader,
  path: string,
  input: unknown,
  { takes, time }: ReadTarget,
  sight: Sight,
): Evaluate | undefined {
  if (input !== undefined && takes !== 'nothing')
    return readExpression(reader, at(path, 'input'), input, sight);
  if (input !== undefined)
    return reader.problems.add(at(path, 'input'), 'what waits takes no input', 'leave it out');
  if (takes === 'input')
    return reader.problems.add(
      path,
      'it says no input',
      'write what it gets, such as "input": { "topic": "$.input.topic" }',
    );
  return time;
}

/** True for what a plan wrote in braces, with a key. */
export function has(value: unknown, key: string): boolean {
  return isObject(value) && value[key] !== undefined;
}
