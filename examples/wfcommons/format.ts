/** A task of a trace: how long it took, and which tasks had to end before it. */
interface Task {
  /** A name that a step can have; the number keeps it unique whatever the file calls its tasks. */
  readonly step: string;
  /** What the file calls it. */
  readonly id: string;
  /** Undefined when the file does not say. */
  readonly seconds: number | undefined;
  /** The steps before it. */
  readonly after: readonly string[];
}

/** What a file holds. */
export interface Instance {
  readonly name: string;
  readonly tasks: readonly Task[];
}

/** The file, or the command line, makes no sense; the message is one sentence for the caller. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a WfFormat document (https://github.com/wfcommons/WfFormat).
 *
 * From 1.5 on tasks lie in `workflow.specification.tasks` and their runtimes in `workflow.execution.tasks`, both by id.
 * Before that all lies in `workflow.tasks`, at first `workflow.jobs`, and tasks name each other by name.
 *
 * @throws UsageError
 */
export function readInstance(text: string): Instance {
  const document = parse(text);
  const workflow = objectIn(document, 'workflow', 'the document');
  const specification = workflow['specification'] as Json | undefined;
  const listed =
    specification === undefined
      ? (workflow['tasks'] ?? workflow['jobs'])
      : objectIn(workflow, 'specification', 'workflow')['tasks'];
  const tasks = listOf(listed, 'tasks');
  if (tasks.length === 0) throw new UsageError('The workflow has no tasks.');
  const names = tasks.map((task, index) => nameOf(task, index));
  const steps = names.map((name, index) => `${index}:${name.replace(/[^\w:#/-]+/g, '_').slice(0, 100)}`);
  const places = placesOf(tasks, names);
  const seconds = secondsOf(workflow, tasks, places);
  const after = edgesOf(tasks, names, places);
  return {
    name: typeof document['name'] === 'string' ? document['name'] : 'workflow',
    tasks: tasks.map((_task, index) => ({
      step: steps[index]!,
      id: names[index]!,
      seconds: seconds[index],
      after: [...after[index]!].map((before) => steps[before]!),
    })),
  };
}

function parse(text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`It is no JSON: ${(error as Error).message}.`);
  }
  if (!isObject(value)) throw new UsageError('It is no WfFormat document: there is no object in it.');
  return value;
}

function nameOf(task: Json, index: number): string {
  const name = task['id'] ?? task['name'];
  if (typeof name !== 'string' || name === '')
    throw new UsageError(`Task ${index + 1} has neither id nor name.`);
  return name;
}

/** Where each task stands, by whatever others may call it; an id goes before a name. */
function placesOf(tasks: readonly Json[], names: readonly string[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    if (places.has(name)) throw new UsageError(`Two tasks are called ${JSON.stringify(name)}.`);
    places.set(name, index);
  }
  for (const [index, { name }] of tasks.entries()) {
    if (typeof name === 'string' && !places.has(name)) places.set(name, index);
  }
  return places;
}

function secondsOf(
  workflow: Json,
  tasks: readonly Json[],
  places: ReadonlyMap<string, number>,
): (number | undefined)[] {
  const seconds = tasks.map((task) => runtimeOf(task));
  const execution = workflow['execution'];
  if (isObject(execution)) {
    for (const task of listOf(execution['tasks'], 'execution.tasks')) {
      const place = places.get(String(task['id']));
      if (place === undefined)
        throw new UsageError(`${JSON.stringify(task['id'])} was executed, but is no task.`);
      seconds[place] = runtimeOf(task);
    }
  }
  if (seconds.every((one) => one === undefined)) throw new UsageError('No task says how long it took.');
  return seconds;
}

function runtimeOf(task: Json): number | undefined {
  const runtime = task['runtimeInSeconds'] ?? task['runtime'];
  if (runtime === undefined || runtime === null) return undefined;
  if (typeof runtime !== 'number' || !(runtime >= 0))
    throw new UsageError(
      `${JSON.stringify(task['id'] ?? task['name'])} took ${JSON.stringify(runtime)} seconds.`,
    );
  return runtime;
}

/** Files name the tasks before each, those after it, or both. */
function edgesOf(
  tasks: readonly Json[],
  names: readonly string[],
  places: ReadonlyMap<string, number>,
): readonly ReadonlySet<number>[] {
  const after = tasks.map(() => new Set<number>());
  const placeOf = (name: unknown, by: number): number => {
    const place = places.get(String(name));
    if (place !== undefined) return place;
    throw new UsageError(`${JSON.stringify(names[by])} names ${JSON.stringify(name)}, which is no task.`);
  };
  for (const [index, task] of tasks.entries()) {
    for (const parent of namesIn(task, 'parents')) after[index]!.add(placeOf(parent, index));
    for (const child of namesIn(task, 'children')) after[placeOf(child, index)]!.add(index);
  }
  return after;
}

function namesIn(task: Json, key: string): readonly unknown[] {
  const names = task[key] ?? [];
  if (!Array.isArray(names)) throw new UsageError(`The ${key} of a task are no list.`);
  return names;
}

function objectIn(holder: Json, key: string, where: string): Json {
  const value = holder[key];
  if (!isObject(value)) throw new UsageError(`It is no WfFormat document: there is no ${key} in ${where}.`);
  return value;
}

function listOf(value: unknown, what: string): readonly Json[] {
  if (!Array.isArray(value) || !value.every(isObject))
    throw new UsageError(`It is no WfFormat document: there is no list of ${what}.`);
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
