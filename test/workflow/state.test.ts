import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defineWorkflow, type Run, type RunEvent, type Workflow } from '../../src/index.ts';
import { compile, type Plan } from '../../src/workflow/plan.ts';
import { snapshotOf } from '../../src/workflow/snapshot.ts';
import { initialState, type RunEntry, type RunState, reduce } from '../../src/workflow/state.ts';
import { dags, stepsOf } from '../support/random-dags.ts';
import { eventsOf, startEngine } from '../support/workflows.ts';

// The law that resuming will stand on: the state of a run is its history, folded, and nothing else.

const rounds = { numRuns: 150 };

/** The entry of the history that an event was made from, without the output, which events do not carry. */
function entryOf(event: RunEvent, plan: Plan): RunEntry {
  return 'step' in event ? ({ ...event, step: plan.index.get(event.step) } as never) : (event as RunEntry);
}

function fold(plan: Plan, events: readonly RunEvent[]): RunState {
  const state = initialState(plan);
  for (const event of events) reduce(plan, state, entryOf(event, plan));
  return state;
}

const identityOf = ({ id, workflow }: Run) => ({ runId: id, workflow, parent: undefined });

const worlds = fc.record({
  plans: dags(),
  /** When the run is cancelled; later than its end means never. */
  cancelMs: fc.integer({ min: 0, max: 60 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
  attempts: fc.integer({ min: 1, max: 3 }),
});
type World = typeof worlds extends fc.Arbitrary<infer W> ? W : never;

async function live({ plans, cancelMs, concurrency, attempts }: World) {
  const { clock, engine } = startEngine();
  const steps = stepsOf(plans, clock, () => {});
  const policy = { attempts, backoff: { initial: 2, factor: 1, jitter: 0 } };
  const workflow = defineWorkflow('w', { concurrency, policy, steps });
  const run: Run = engine.start(workflow, 'in');
  await clock.advance(cancelMs);
  const midway = run.snapshot();
  run.cancel();
  await clock.settle();
  const events = await eventsOf(run);
  return { run, midway, events, plan: compile('w', (workflow as unknown as Workflow).steps) };
}

it('gives the same state when the history is folded as the run had when it was live', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      const { run, events, plan } = await live(world);

      expect(snapshotOf(identityOf(run), plan, fold(plan, events))).toEqual(run.snapshot());
    }),
    rounds,
  );
});

it('gives the state of an earlier moment when only the history up to it is folded', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      const { run, midway, events, plan } = await live(world);
      const cancelled = events.findIndex(({ type }) => type === 'step.cancelled' || type === 'run.cancelled');
      const until = cancelled < 0 ? events.length : cancelled;

      expect(snapshotOf(identityOf(run), plan, fold(plan, events.slice(0, until)))).toEqual(midway);
    }),
    rounds,
  );
});

it('folds the same history to the same state each time, and changes neither plan nor history', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      const { events, plan } = await live(world);
      const before = structuredClone({ waits: plan.waits, roots: plan.roots, events });
      const [first, second] = [fold(plan, events), fold(plan, events)];

      expect(first).toEqual(second);
      expect({ waits: plan.waits, roots: plan.roots, events }).toEqual(before);
    }),
    rounds,
  );
});

it('knows at every point of the history how many steps have not ended, and which have their turn', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      const { events, plan } = await live(world);
      const state = initialState(plan);
      for (const event of events) {
        reduce(plan, state, entryOf(event, plan));
        if (event.type.startsWith('run.') && event.type !== 'run.started') break;
        const open = state.steps.filter(({ status }) => status === 'pending' || status === 'running');
        expect(state.left).toBe(open.length);
        for (const [step, { after }] of plan.steps.entries()) {
          const waits = after.filter((name) => {
            const { status } = state.steps[plan.index.get(name) as number]!;
            return status === 'pending' || status === 'running';
          });
          expect(state.waits[step]).toBe(waits.length);
          expect(state.ready.includes(step)).toBe(waits.length === 0);
        }
      }
    }),
    rounds,
  );
});
