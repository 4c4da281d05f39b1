import {
  defineWorkflow,
  type HandlerContext,
  memoryStore,
  type Run,
  type StepData,
  type UndoReport,
} from '../../src/index.ts';
import type { SimulatedNode, Simulation } from '../../src/testing/index.ts';
import { Book } from './support/book.ts';
import { streamOf } from './support/owners.ts';
import { chance, ensure, follow, notice, pick, prove, whole } from './support/prove.ts';
import { ATTEMPTS, countUndoing, inner, lookAtUndo, RESTARTS, type StepPlan } from './support/undo-record.ts';

// S1. When a run fails or is cancelled, what it may have done is undone in the opposite order of what is on record: steps that
//     began and have no end first, then the completed ones. What a nested run has done is undone before that of the run
//     that it is part of.
// S2. Each undo is on record once, over all owners, and is not begun again then. One that fails keeps what it was built on
//     as it is; the report says so, and the run ends with UNDO_FAILED. Whatever happens, each run comes to an end.

const policy = { attempts: ATTEMPTS, restarts: RESTARTS, timeout: 400, backoff: { initial: 20 } };

prove(
  'undoes what a stopped run may have done, over crashes, failing stores and second owners',
  {
    faults: {
      handlerError: 0.1,
      handlerHang: 0.02,
      handlerSlow: 0.1,
      storeError: 0.05,
      storeSlow: 0.05,
      crash: 0.02,
      secondOwner: 0.02,
      freeze: 0.02,
      loopStall: 0.01,
      wallJump: 0.01,
    },
    latency: 5,
    atLeast: {
      failed: 400,
      cancelled: 300,
      undone: 1_500,
      'begun without an end': 300,
      'could not be undone': 200,
      'undone by more than one owner': 50,
      'nested run undone': 50,
      superseded: 10,
    },
  },
  async (sim, count) => {
    const book = new Book(memoryStore({ clock: sim.clock }));
    const store = sim.store(book.store);
    const plans = planOf(sim, whole(sim, 2, 5));
    const accepted = new Set<string>();
    const effects = new Map<string, number>();
    const cancelled = new Set<string>();
    const live = new Map<string, Run[]>();

    const start = (node: SimulatedNode): void => {
      const lost = new Set<string>();
      const undoing = new Set<string>();
      const owns = (runId: string): boolean =>
        streamOf(book, runId).findLast(({ owner }) => owner !== undefined)?.['owner'] ===
        coordinator.workflows.owner;
      const work = (name: string, stuck: boolean) =>
        node.step(name, async (_input: unknown, { runId }: HandlerContext) => {
          await new Promise<void>((resolve) => void node.clock.schedule(resolve, whole(sim, 0, 200)));
          if (stuck) throw new Error(`${name} fails`);
          effects.set(`${runId} ${name}`, (effects.get(`${runId} ${name}`) ?? 0) + 1);
        });
      const stepOf = (
        { id, after, kind, undoable, bad, stuck }: StepPlan,
        steps?: readonly StepPlan[],
      ): StepData => {
        const doIt = work(id, bad);
        const undoIt = work(`undo ${id}`, stuck);
        const run = async (_scope: unknown, context: HandlerContext): Promise<string> => {
          const runId = context.runId!;
          notice(sim, () => {
            const entries = streamOf(book, runId);
            ensure(!lost.has(runId), () => `${runId}: ${id} begins under an owner that has been told`);
            if (!owns(runId)) return;
            ensure(
              !entries.some(({ type }) => type === 'run.undo-started'),
              () => `${runId}: ${id} begins while the run is undone`,
            );
          });
          await doIt(undefined as never, context);
          return id;
        };
        const undo = async (output: unknown, context: HandlerContext): Promise<void> => {
          const runId = context.runId!;
          const key = `${runId} ${id}`;
          notice(sim, () => {
            ensure(!lost.has(runId), () => `${runId}: ${id} is undone by an owner that has been told`);
            const entries = streamOf(book, runId);
            const completed = entries.find(({ type, step }) => type === 'step.completed' && step === id);
            const [got, kept] = [JSON.stringify(output), JSON.stringify(completed?.output)];
            ensure(got === kept, () => `${runId}: the undo of ${id} gets ${got}, and ${kept} is on record`);
            if (!owns(runId)) return;
            for (const type of ['undo.completed', 'undo.failed'])
              ensure(
                !entries.some((entry) => entry.type === type && entry.step === id),
                () => `${runId}: ${id} is undone after its ${type}`,
              );
            ensure(
              undoing.size === 0 || ![...undoing].some((other) => other.startsWith(`${runId} `)),
              () => `${runId}: ${id} is undone while ${[...undoing]}`,
            );
          });
          undoing.add(key);
          context.signal.addEventListener('abort', () => undoing.delete(key), { once: true });
          try {
            await undoIt(undefined as never, context);
          } finally {
            undoing.delete(key);
          }
        };
        const nested = (): object =>
          defineWorkflow(`nested-${id}`, { steps: steps!.map((step) => stepOf(step)), policy });
        return {
          id,
          after,
          run: kind === 'nested' ? (nested() as never) : (run as never),
          ...(kind === 'nested' ? { input: () => undefined } : {}),
          ...(undoable ? { undo: undo as never } : {}),
        };
      };
      const flow = defineWorkflow('flow', {
        steps: plans.map((plan) => stepOf(plan, plan.kind === 'nested' ? inner(plan.id) : undefined)),
        policy,
      });
      const coordinator = node.coordinator({
        store,
        workflows: { definitions: [flow], lease: '1s' },
        grace: 10,
      });
      coordinator.events.on('run.resumed', ({ runId }) => void lost.delete(runId));
      coordinator.events.on('run.suspended', ({ runId, error }) => {
        if (error?.code !== 'SUPERSEDED') return;
        lost.add(runId);
        count('superseded');
      });
      const watch = (run: Run): void => {
        live.set(run.id, [...(live.get(run.id) ?? []), run]);
        follow(sim, run.result, ({ isOutput, code }) => {
          if (code === 'SUSPENDED' || code === 'SUPERSEDED') return;
          const end = book.endOf(run.id)!;
          ensure(end !== undefined, () => `the result of ${run.id} is there before its end is on record`);
          ensure((end.type === 'run.completed') === isOutput, () => `${run.id} is on record as ${end.type}`);
          ensure(
            run.status === end.type.slice(4),
            () => `${run.id} is ${run.status} and on record ${end.type}`,
          );
          const report = end['undo'] as UndoReport | undefined;
          const stuck = report !== undefined && report.failed.length + report.remaining.length > 0;
          ensure(
            (code === 'UNDO_FAILED') === stuck,
            () => `${run.id} ended with ${code}, and not all was undone: ${stuck}`,
          );
        });
        if (cancelled.has(run.id)) run.cancel('enough');
      };
      starters.set(node, (id) => {
        const run = coordinator.start(flow, undefined, { id });
        watch(run);
        run.accepted.then(
          () => accepted.add(id),
          () => {},
        );
      });
      resumers.set(node, async () => {
        const { resumed } = await coordinator.resume();
        for (const run of resumed) watch(run);
      });
      resume(node);
    };
    const starters = new Map<SimulatedNode, (id: string) => void>();
    const resumers = new Map<SimulatedNode, () => Promise<void>>();
    const resume = (node: SimulatedNode): void => {
      resumers
        .get(node)?.()
        .catch(() => {});
    };
    const checked = new Map<string, number>();
    sim.check('the undoing that is on record holds together', () => {
      for (const [stream, entries] of book.streams) {
        if (checked.get(stream) === entries.length) continue;
        checked.set(stream, entries.length);
        lookAtUndo(stream, entries, book, plans);
      }
    });

    const node = sim.node('n', start);
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) {
      const id = `r${index}`;
      ids.push(id);
      if (node.current !== undefined && !node.frozen) starters.get(node)!(id);
      await sim.advance(whole(sim, 0, 400));
      if (chance(sim, 0.5)) {
        cancelled.add(id);
        for (const run of live.get(id) ?? []) run.cancel('enough');
      }
      resume(node);
    }
    for (let left = whole(sim, 0, 8); left > 0; left--) {
      await sim.advance(pick(sim, [50, 500, 2_000]));
      const id = pick(sim, ids);
      // To cancel a run that is undone changes nothing.
      if (cancelled.has(id)) for (const run of live.get(id) ?? []) run.cancel('again');
      resume(node);
    }
    let over = false;
    const end = sim.eventually(
      'every run that was accepted comes to an end',
      () => ids.every((id) => !accepted.has(id) || book.endOf(id) !== undefined),
      '4h',
    );
    const keepResuming = async (): Promise<void> => {
      while (!over) {
        resume(node);
        await sim.advance('7s');
      }
    };
    const resuming = keepResuming();
    await end;
    over = true;
    await resuming;
    for (const id of ids) {
      const ending = book.endOf(id);
      if (ending === undefined) continue;
      count(ending.type.slice(4));
      countUndoing(book.of(id), count);
      const report = ending['undo'] as UndoReport | undefined;
      if (report === undefined) continue;
      for (const step of report.undone)
        ensure(
          (effects.get(`${id} undo ${step}`) ?? 0) > 0,
          () => `${id}: ${step} is on record as undone and was not`,
        );
    }
    for (const [stream, entries] of book.streams)
      if (stream.startsWith('part/') && entries.some(({ type }) => type === 'undo.completed'))
        count('nested run undone');
  },
);

function planOf(sim: Simulation, size: number): readonly StepPlan[] {
  return Array.from({ length: size }, (_, index) => ({
    id: `s${index}`,
    after: Array.from({ length: index }, (_, before) => `s${before}`).filter(() => chance(sim, 0.5)),
    kind: chance(sim, 0.2) ? ('nested' as const) : ('code' as const),
    undoable: chance(sim, 0.8),
    bad: chance(sim, 0.15),
    stuck: chance(sim, 0.1),
  }));
}
