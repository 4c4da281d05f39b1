import {
  defineWorkflow,
  type HandlerContext,
  type Run,
  type StepData,
  type UndoReport,
  type Workflow,
} from '../../../src/index.ts';
import type { BookEntry } from './book.ts';
import { type Death, House, LEASE, type Life } from './mortal.ts';
import { ensure } from './prove.ts';
import type { Shape } from './shapes.ts';

/** What makes the run fail, or cancels it: at the so many-th beginning or end of a step's code, over all lives. */
export type Stop = { readonly fail: number } | { readonly cancelAt: number };

/** One small world: a workflow whose run is stopped and undone, and what goes wrong with it. */
export interface UndoWorld {
  readonly shape: Shape;
  readonly stop: Stop;
  /** The step whose undo fails, each time. */
  readonly bad: number | undefined;
  readonly death: Death | undefined;
}

/** What there was in a world. */
export interface Played {
  /** Calls of the store. */
  readonly calls: number;
  /** Beginnings and ends of steps' code. */
  readonly moments: number;
  readonly ended: 'failed' | 'cancelled' | 'completed' | 'never began';
}

const RUN = 'r';

/** How long the code of each step takes: steps end in another order than they begin. */
const TAKES = [3, 7, 2, 9, 4];

/** Attempts at an undo. */
const ATTEMPTS = 2;

interface Ending {
  readonly run: Run;
  error: { readonly code?: string; readonly report?: UndoReport } | undefined;
  completed: boolean;
}

/** Plays a world to its end. @throws when what S1 and S2 demand does not hold */
export async function playUndo({ shape, stop, bad, death }: UndoWorld): Promise<Played> {
  const house = new House(death);
  const { book, clock } = house;
  const effects: { readonly what: 'begun' | 'thrown' | 'undone'; readonly step: string }[] = [];
  let moments = 0;
  let cancelled = false;
  let undoing: { readonly life: Life; readonly step: string } | undefined;
  let ending: Ending | undefined;

  const has = (type: string, step?: string): boolean =>
    book.of(RUN).some((entry) => entry.type === type && entry.step === step);
  const begin = (): { readonly life: Life; readonly flow: Workflow } => {
    const moment = (): void => {
      if (!('cancelAt' in stop) || ++moments !== stop.cancelAt) return;
      cancelled = true;
      ending!.run.cancel('enough');
    };
    const steps = shape.map((before, place): StepData => {
      const id = `s${place}`;
      const after = before.map((number) => `s${number}`);
      const run = async (_scope: unknown, { signal }: HandlerContext): Promise<string> => {
        if (life.gone) await new Promise(() => {});
        guard(() => {
          ensure(has('step.started', id), () => `${id} begins before that is on record`);
          ensure(!has('step.completed', id), () => `${id} begins and is on record as completed`);
          ensure(!has('run.undo-started'), () => `${id} begins though the run is undone`);
          for (const step of after)
            ensure(has('step.completed', step), () => `${id} begins before ${step} is on record`);
        });
        effects.push({ what: 'begun', step: id });
        moment();
        await house.sleep(life, TAKES[place]!, signal);
        if ('fail' in stop && stop.fail === place) {
          effects.push({ what: 'thrown', step: id });
          throw new Error(`${id} failed`);
        }
        moment();
        return `output of ${id}`;
      };
      const undo = async (output: unknown): Promise<void> => {
        if (life.gone) await new Promise(() => {});
        guard(() => {
          ensure(has('run.undo-started'), () => `${id} is undone before that is on record`);
          ensure(has('undo.started', id), () => `the undo of ${id} begins before that is on record`);
          ensure(!has('undo.completed', id), () => `${id} is undone and is on record as undone`);
          ensure(!has('undo.failed', id), () => `${id} is undone and is on record as given up`);
          ensure(undoing?.life !== life, () => `${id} is undone while ${undoing?.step} is`);
          const expected = has('step.completed', id) ? `output of ${id}` : undefined;
          ensure(output === expected, () => `the undo of ${id} gets ${String(output)}`);
        });
        undoing = { life, step: id };
        ending!.run.cancel('again');
        await house.sleep(life, 2);
        undoing = undefined;
        if (bad === place) throw new Error(`the undo of ${id} failed`);
        effects.push({ what: 'undone', step: id });
      };
      return { id, after, run, undo: { run: undo, policy: { attempts: ATTEMPTS, backoff: { initial: 5 } } } };
    });
    const flow = defineWorkflow('flow', { steps });
    const life: Life = house.begin({ workflows: { definitions: [flow] } });
    return { life, flow };
  };
  let broken: unknown;
  const guard = (look: () => void): void => {
    try {
      look();
    } catch (error) {
      broken ??= error;
    }
  };
  const follow = (run: Run): void => {
    const own: Ending = { run, error: undefined, completed: false };
    ending = own;
    run.result.then(
      () => {
        own.completed = true;
      },
      (error) => {
        own.error = error as Ending['error'];
      },
    );
  };

  let { life, flow } = begin();
  const runs = life.coordinator;
  follow(runs.start(flow, undefined, { id: RUN }));
  if ('cancelAt' in stop && stop.cancelAt === 0) {
    cancelled = true;
    ending!.run.cancel('enough');
  }
  for (let round = 0; ; round++) {
    await clock.advance(60);
    if (broken !== undefined) throw broken;
    if (life.closed !== undefined) {
      await life.closed;
      life.gone = true;
    }
    if (life.gone) {
      const { closed } = life;
      ({ life, flow } = begin());
      if (closed === undefined) await clock.advance(LEASE);
      const { resumed, left } = await life.coordinator.resume();
      ensure(left.length === 0, () => `the run is left: ${left[0]!.reason}`);
      const open = book.of(RUN).length > 0 && book.endOf(RUN) === undefined;
      ensure((resumed.length === 1) === open, () => `${resumed.length} runs are resumed`);
      ending = undefined;
      if (resumed[0] === undefined) break;
      follow(resumed[0]);
      if (cancelled) ending!.run.cancel('enough');
      continue;
    }
    if (ending!.completed || ending!.error !== undefined) break;
    ensure(round < 20, () => `the run is ${ending!.run.status} and does not end`);
  }
  if (broken !== undefined) throw broken;
  const { active } = life.coordinator.stats().workflows;
  ensure(active === 0, () => `${active} runs are active in the end`);
  const entries = book.of(RUN);
  const ended = look(shape, entries, effects, bad, ending);
  return { calls: house.calls, moments, ended };
}

/** What is on record in the end, and what was done, must be what the graph and the order of completions say. */
function look(
  shape: Shape,
  entries: readonly BookEntry[],
  effects: readonly { readonly what: string; readonly step: string }[],
  bad: number | undefined,
  ending: Ending | undefined,
): Played['ended'] {
  if (entries.length === 0) {
    ensure(effects.length === 0, () => 'something was done by a run that is not on record');
    return 'never began';
  }
  const end = entries.at(-1)!;
  const ends = entries.filter(({ type }) => /^run\.(completed|failed|cancelled)$/.test(type));
  ensure(ends.length === 1 && ends[0] === end, () => `the last entry is ${end.type}, of ${ends.length} ends`);
  const stopped = entries.findIndex(({ type }) => type === 'run.undo-started');
  if (end.type === 'run.completed') {
    ensure(stopped < 0, () => 'a completed run is undone');
    return 'completed';
  }
  ensure(stopped >= 0, () => `${end.type} without undoing`);
  const expected = expectedReport(shape, entries.slice(0, stopped), bad);
  const undone = entries.filter(({ type }) => type === 'undo.completed').map(({ step }) => step!);
  const failed = entries.filter(({ type }) => type === 'undo.failed').map(({ step }) => step!);
  const report = end['undo'] as UndoReport | undefined;
  const said = {
    undone: report?.undone,
    failed: report?.failed.map(({ step }) => step),
    remaining: report?.remaining,
  };
  same('the report', said, expected);
  same('what is on record', { undone, failed }, { undone: expected.undone, failed: expected.failed });
  const done = [...new Set(effects.filter(({ what }) => what === 'undone').map(({ step }) => step))];
  // The effect of the last one may have been twice, when its record was lost; the order is that of the first time.
  same('the ledger', done, expected.undone);
  const known = new Set([...expected.undone, ...expected.failed, ...expected.remaining]);
  for (const { step } of effects.filter(({ what }) => what === 'begun'))
    ensure(
      known.has(step) || effects.some(({ what, step: other }) => what === 'thrown' && other === step),
      () => `${step} has begun and is in no part of the report`,
    );
  for (const step of failed) {
    const attempts = entries.filter(({ type, step: own }) => type === 'undo.started' && own === step).length;
    ensure(
      attempts >= ATTEMPTS && attempts <= ATTEMPTS + 1,
      () => `${attempts} attempts at the undo of ${step} that fails`,
    );
  }
  const complete = expected.failed.length === 0 && expected.remaining.length === 0;
  const outcome = entries[stopped]!['outcome'] as 'failed' | 'cancelled';
  ensure(end.type === `run.${outcome}`, () => `${end.type} after the undoing of a run that ${outcome}`);
  const { code } = end['error'] as { readonly code?: string };
  ensure(
    (code === 'UNDO_FAILED') === !complete,
    () => `${code} is on record, and all is undone: ${complete}`,
  );
  if (ending !== undefined) lookAtHandle(ending, outcome, complete);
  return outcome;
}

/** What whoever holds the run sees. */
function lookAtHandle({ run, error }: Ending, outcome: string, complete: boolean): void {
  const snapshot = run.snapshot();
  ensure(run.status === outcome, () => `the run is ${run.status}, and on record ${outcome}`);
  ensure(snapshot.status === outcome, () => `the snapshot is ${snapshot.status}, and the record ${outcome}`);
  ensure(
    (error?.code === 'UNDO_FAILED') === !complete,
    () => `the result is ${error?.code}, all undone: ${complete}`,
  );
  ensure(
    (snapshot.error?.code === 'UNDO_FAILED') === !complete,
    () => `the snapshot says ${snapshot.error?.code}, all undone: ${complete}`,
  );
  for (const { id, status } of snapshot.steps)
    ensure(status !== 'running' && status !== 'pending', () => `${id} is ${status} in the end`);
}

interface Expected {
  readonly undone: readonly string[];
  readonly failed: readonly string[];
  readonly remaining: readonly string[];
}

/** What S1 demands, from the order of what is on record before the undoing. */
function expectedReport(shape: Shape, entries: readonly BookEntry[], bad: number | undefined): Expected {
  const begun: string[] = [];
  const completed: string[] = [];
  /** Attempts that began, less those that are known to have failed or completed. */
  const unknown = new Map<string, number>();
  const more = (step: string, by: number): void => void unknown.set(step, (unknown.get(step) ?? 0) + by);
  for (const { type, step } of entries) {
    if (type === 'step.started') {
      if (!begun.includes(step!)) begun.push(step!);
      more(step!, 1);
    }
    if (type === 'step.completed') completed.push(step!);
    if (type === 'step.failed') more(step!, -1);
  }
  const open = begun.filter((step) => !completed.includes(step) && unknown.get(step)! > 0);
  const blocked = new Set<string>();
  const block = (place: number): void => {
    for (const before of shape[place]!) {
      blocked.add(`s${before}`);
      block(before);
    }
  };
  const undone: string[] = [];
  const failed: string[] = [];
  const remaining: string[] = [];
  for (const step of [...open.reverse(), ...completed.reverse()]) {
    if (blocked.has(step)) remaining.push(step);
    else if (step === `s${bad}`) {
      failed.push(step);
      block(bad!);
    } else undone.push(step);
  }
  return { undone, failed, remaining };
}

function same(what: string, seen: unknown, expected: unknown): void {
  const [one, other] = [JSON.stringify(seen), JSON.stringify(expected)];
  ensure(one === other, () => `${what} says ${one} and not ${other}`);
}
