import {
  defineWorkflow,
  type HandlerContext,
  memoryStore,
  type Run,
  type StepData,
} from '../../src/index.ts';
import type { SimulatedNode } from '../../src/testing/index.ts';
import { Book, type BookEntry } from './support/book.ts';
import { chance, ensure, follow, notice, pick, prove, whole } from './support/prove.ts';

// W1. Of each step of a run at most one output is on record, and it never changes.
// W2. A step begins only when the outputs of all steps before it are on record.
// W3. The owner of a run never begins a step that is on record as completed; nobody begins one of a run after having
//     been told that the run has another owner.
// W4. A run's result is there only when its end is on record.
// W5. Every run that was accepted comes to an end, whatever happened to its owners.
// W7. Attempts are numbered from 1 without a gap over all owners, and no more than the policy and its restarts allow.

const ATTEMPTS = 3;
const RESTARTS = 50;

prove(
  'keeps what is on record of a run over crashes, failing stores and second owners',
  {
    faults: {
      handlerError: 0.05,
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
      completed: 2_000,
      'taken over': 400,
      superseded: 10,
      crash: 300,
      secondOwner: 150,
      storeError: 300,
    },
  },
  async (sim, count) => {
    const book = new Book(memoryStore({ clock: sim.clock }));
    const store = sim.store(book.store);
    const size = whole(sim, 2, 5);
    const shape = Array.from({ length: size }, (_, index) => ({
      id: `s${index}`,
      after: Array.from({ length: index }, (_, before) => `s${before}`).filter(() => chance(sim, 0.5)),
    }));
    const outputs = new Map<string, unknown>();
    const accepted = new Set<string>();
    const ended = new Set<string>();

    const ownerOf = (runId: string): unknown =>
      book.of(runId).findLast(({ owner }) => owner !== undefined)?.['owner'];
    const isDone = (runId: string, step: string): boolean =>
      book.of(runId).some((entry) => entry.type === 'step.completed' && entry.step === step);

    const start = (node: SimulatedNode): void => {
      /** Runs that this life was told to have lost. */
      const lost = new Set<string>();
      const body = node.step('body', async (_scope: unknown, context: HandlerContext) => {
        await new Promise<void>((resolve) => void node.clock.schedule(resolve, whole(sim, 0, 300)));
        return context.attempt;
      });
      const steps = shape.map(({ id, after }): StepData => {
        return {
          id,
          after,
          run: (scope: unknown, context: HandlerContext) => {
            const runId = context.runId!;
            notice(sim, () => {
              for (const before of after)
                ensure(isDone(runId, before), () => `${runId}: ${id} begins before ${before} is on record`);
              ensure(!lost.has(runId), () => `${runId}: ${id} begins under an owner that has been told`);
              const owner = coordinator.workflows.owner;
              if (ownerOf(runId) === owner)
                ensure(!isDone(runId, id), () => `${runId}: its owner begins ${id} again`);
            });
            return body(scope as never, context);
          },
        };
      });
      const flow = defineWorkflow('flow', {
        steps,
        policy: { attempts: ATTEMPTS, restarts: RESTARTS, timeout: '1m', backoff: { initial: 20 } },
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
        follow(sim, run.result, ({ isOutput, code }) => {
          if (code === 'SUSPENDED' || code === 'SUPERSEDED') return;
          const end = book.endOf(run.id);
          ensure(end !== undefined, () => `the result of ${run.id} is there before its end is on record`);
          ensure(
            (end!.type === 'run.completed') === isOutput,
            () => `${run.id} is on record as ${end!.type}`,
          );
          ended.add(run.id);
        });
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
        count('taken over', resumed.length);
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
    sim.check('what is on record holds together', () => {
      for (const [stream, entries] of book.streams) {
        if (checked.get(stream) === entries.length) continue;
        checked.set(stream, entries.length);
        look(stream, entries, outputs);
      }
    });

    const node = sim.node('n', start);
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) {
      const id = `r${index}`;
      ids.push(id);
      if (node.current !== undefined && !node.frozen) starters.get(node)!(id);
      await sim.advance(whole(sim, 0, 300));
      resume(node);
    }
    for (let left = whole(sim, 0, 8); left > 0; left--) {
      await sim.advance(pick(sim, [50, 500, 2_000]));
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
    for (const id of ids) if (book.endOf(id)?.type === 'run.completed') count('completed');
  },
);

function look(stream: string, entries: readonly BookEntry[], outputs: Map<string, unknown>): void {
  const attempts = new Map<string, number>();
  let open = true;
  for (const { type, step, output, attempt } of entries) {
    ensure(open, () => `${stream}: ${type} after its end`);
    if (/^run\.(completed|failed|cancelled)$/.test(type)) open = false;
    if (type === 'step.started') {
      const number = (attempt as number | undefined) ?? 1;
      const before = attempts.get(step!) ?? 0;
      ensure(number === before + 1, () => `${stream}: attempt ${number} at ${step} follows number ${before}`);
      ensure(number <= ATTEMPTS + RESTARTS, () => `${stream}: attempt ${number} at ${step}`);
      attempts.set(step!, number);
    }
    if (type !== 'step.completed') continue;
    const key = `${stream} ${step}`;
    const known = entries.filter((entry) => entry.type === 'step.completed' && entry.step === step).length;
    ensure(known === 1, () => `${stream}: ${step} is completed ${known} times`);
    if (!outputs.has(key)) outputs.set(key, output);
    ensure(outputs.get(key) === output, () => `${stream}: the output of ${step} has changed`);
  }
}
