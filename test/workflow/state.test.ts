import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defineWorkflow, type Run, type RunEvent, type Workflow } from '../../src/index.ts';
import { RUN_CANCELLED, RunHistory, typeName } from '../../src/workflow/history.ts';
import { compile, type Plan } from '../../src/workflow/plan.ts';
import { snapshotOf } from '../../src/workflow/snapshot.ts';
import { RunState } from '../../src/workflow/state.ts';
import { StepTimes } from '../../src/workflow/step-times.ts';
import { dags, stepsOf } from '../support/random-dags.ts';
import { eventsOf, startEngine } from '../support/workflows.ts';

// The law that resuming will stand on: the state of a run is its history, folded, and nothing else.

const rounds = { numRuns: 150 };

/** Tells the state what an event says has happened. Events do not carry outputs, so none is checked here. */
function add(plan: Plan, state: RunState, event: RunEvent): void {
  const { at } = event;
  const step = 'step' in event ? (plan.index.get(event.step) as number) : -1;
  switch (event.type) {
    case 'run.started':
      state.runStarted(at);
      break;
    case 'step.started':
      state.stepStarted(step, event.attempt);
      break;
    case 'step.completed':
      state.stepCompleted(step, undefined);
      break;
    case 'step.failed':
      state.stepFailed(step, event.error);
      break;
    case 'step.skipped':
      state.stepSkipped(step, event.reason);
      break;
    case 'step.cancelled':
      state.stepCancelled(step);
      break;
    case 'run.completed':
      state.runCompleted(at, false);
      break;
    case 'run.failed':
      state.runStopped('failed', event.error, at, undefined);
      break;
    case 'run.cancelled':
      state.runStopped('cancelled', event.error, at, undefined);
      break;
  }
}

function fold(plan: Plan, events: readonly RunEvent[]): RunState {
  const state = new RunState(plan);
  for (const event of events) add(plan, state, event);
  return state;
}

/** The numbers of the types of entries, by their names. */
const typeNumbers = new Map(
  Array.from({ length: RUN_CANCELLED + 1 }, (_, type) => [typeName(type) as string, type]),
);

/** When the steps started and ended, as far as the events tell. */
function timesIn(plan: Plan, events: readonly RunEvent[]): StepTimes {
  const history = new RunHistory(plan.ids.length);
  for (const event of events) {
    const step = 'step' in event ? (plan.index.get(event.step) as number) : -1;
    history.push(typeNumbers.get(event.type) as number, event.at, step, undefined);
  }
  return new StepTimes(history, plan.ids.length);
}

/** What `run` would show if nothing but these events had happened; they tell wall times, so these count from zero. */
function shown({ id, workflow }: Run, plan: Plan, events: readonly RunEvent[]) {
  const place = { runId: id, workflow, parent: undefined };
  return snapshotOf({ place, plan, state: fold(plan, events), times: timesIn(plan, events), wallStart: 0 });
}

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

      expect(shown(run, plan, events)).toEqual(run.snapshot());
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

      expect(shown(run, plan, events.slice(0, until))).toEqual(midway);
    }),
    rounds,
  );
});

it('folds the same history to the same state each time, and changes neither plan nor history', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      const { run, events, plan } = await live(world);
      const { waits, roots, ready } = plan;
      const before = structuredClone({ waits, roots, ready, events });
      const [first, second] = [fold(plan, events), fold(plan, events)];

      expect(shown(run, plan, events)).toEqual(shown(run, plan, events));
      expect([first.ready, first.turns, first.left]).toEqual([second.ready, second.turns, second.left]);
      expect({ waits, roots, ready, events }).toEqual(before);
    }),
    rounds,
  );
});

it('knows at every point of the history how many steps have not ended, and which have their turn', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      const { events, plan } = await live(world);
      const state = new RunState(plan);
      const isOpen = (step: number) => ['pending', 'running'].includes(state.statusOf(step));
      for (const event of events) {
        add(plan, state, event);
        if (event.type.startsWith('run.') && event.type !== 'run.started') break;
        expect(state.left).toBe([...plan.steps.keys()].filter(isOpen).length);
        for (const [step, { after }] of plan.steps.entries()) {
          const waits = after.filter((name) => isOpen(plan.index.get(name) as number));
          expect(state.ready.slice(0, state.turns).includes(step)).toBe(waits.length === 0);
        }
      }
    }),
    rounds,
  );
});
