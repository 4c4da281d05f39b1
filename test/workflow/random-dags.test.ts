import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defineWorkflow, type Run, type Workflow } from '../../src/index.ts';
import { watch } from '../support/outcome.ts';
import { dags, type Expected, interpret, type StepPlan, stepsOf } from '../support/random-dags.ts';
import { eventsOf, startEngine, statusesOf, timesOf } from '../support/workflows.ts';

type Form = 'data' | 'builder';
type Builder = { step(id: string, step: object): Builder };

const rounds = { numRuns: 300 };

async function play(plans: readonly StepPlan[], form: Form = 'data', concurrency = 1_000) {
  const { clock, engine } = startEngine();
  const calls: [id: string, seen: readonly string[]][] = [];
  const steps = stepsOf(plans, clock, (id, scope) => calls.push([id, Object.keys(scope).sort()]));
  let workflow: Workflow;
  if (form === 'data') workflow = defineWorkflow('random', { concurrency, steps }) as Workflow;
  else {
    let builder = defineWorkflow('random', { concurrency }) as unknown as Builder;
    // The builder knows only steps that were added before, so its types are left aside.
    for (const { id, ...step } of steps) builder = builder.step(id, step);
    workflow = builder as unknown as Workflow;
  }
  const run = engine.start(workflow, 'in');
  const result = watch(run.result);
  await clock.advance(1_000);
  return { run, calls, result, events: await eventsOf(run) };
}

const outputsOf = (expected: ReadonlyMap<string, Expected>) =>
  Object.fromEntries(
    [...expected].filter(([, { status }]) => status === 'completed').map(([id, { output }]) => [id, output]),
  );

function expectAsInterpreted(run: Run, expected: ReadonlyMap<string, Expected>): void {
  for (const { id, status, reason } of run.snapshot().steps) {
    const { skip, ...step } = expected.get(id) as Expected;
    expect(status, id).toBe(step.status);
    expect(reason?.kind, id).toBe(skip?.kind);
    if (reason?.kind === 'dependency') expect(skip?.by).toContain(reason.step);
  }
}

it('ends every step of any graph as a simple interpreter says, at the same times', async () => {
  await fc.assert(
    fc.asyncProperty(dags(), async (plans) => {
      const expected = interpret(plans);
      const { run, result } = await play(plans);

      expectAsInterpreted(run, expected);
      const started = [...expected].filter(([, { startMs }]) => startMs !== undefined);
      expect(timesOf(run)).toEqual(
        Object.fromEntries(started.map(([id, { startMs, endMs }]) => [id, [startMs, endMs]])),
      );
      const failed = [...expected.values()].some(({ status }) => status === 'failed');
      expect(run.status).toBe(failed ? 'failed' : 'completed');
      expect(result.state).toBe(failed ? 'rejected' : 'fulfilled');
      if (!failed) expect(result.value).toEqual(outputsOf(expected));
    }),
    rounds,
  );
});

it('runs every step exactly once, and shows it exactly the outputs that it named', async () => {
  await fc.assert(
    fc.asyncProperty(dags(), async (plans) => {
      const expected = interpret(plans);
      const { calls } = await play(plans);
      const called = new Map(calls);

      expect(called.size).toBe(calls.length);
      for (const { id, after } of plans) {
        const ran = expected.get(id)?.startMs !== undefined;
        expect(called.has(id), id).toBe(ran);
        const seen = after.filter((name) => expected.get(name)?.status === 'completed');
        if (ran) expect(called.get(id)).toEqual(['input', ...seen].sort());
      }
    }),
    rounds,
  );
});

it('tells the start of a step only after the end of every step before it', async () => {
  await fc.assert(
    fc.asyncProperty(dags(), async (plans) => {
      const { events } = await play(plans);
      const endedAt = new Map<string, number>();
      for (const [place, event] of events.entries()) {
        if (!('step' in event)) continue;
        if (event.type === 'step.started' || event.type === 'step.skipped') {
          for (const name of plans.find(({ id }) => id === event.step)?.after ?? [])
            expect(endedAt.get(name), `${name} before ${event.step}`).toBeLessThan(place);
        }
        if (event.type !== 'step.started') {
          expect(endedAt.has(event.step), `${event.step} ends once`).toBe(false);
          endedAt.set(event.step, place);
        }
      }
      expect(endedAt.size).toBe(plans.length);
    }),
    rounds,
  );
});

it('does the same with the builder as with the list', async () => {
  await fc.assert(
    fc.asyncProperty(dags(), async (plans) => {
      const listed = await play(plans, 'data');
      const built = await play(plans, 'builder');

      expect(built.events.map(({ type, at, ...facts }) => [type, at, 'step' in facts && facts.step])).toEqual(
        listed.events.map(({ type, at, ...facts }) => [type, at, 'step' in facts && facts.step]),
      );
      expect(built.calls).toEqual(listed.calls);
      expect(built.result.state).toBe(listed.result.state);
      if (built.result.state === 'fulfilled') expect(built.result.value).toEqual(listed.result.value);
    }),
    rounds,
  );
});

it('comes to the same end with any limit on steps at once', async () => {
  await fc.assert(
    fc.asyncProperty(dags(), fc.integer({ min: 1, max: 3 }), async (plans, concurrency) => {
      const { run, result } = await play(plans, 'data', concurrency);

      expect(statusesOf(run)).toEqual(
        Object.fromEntries([...interpret(plans)].map(([id, { status }]) => [id, status])),
      );
      if (result.state === 'fulfilled') expect(result.value).toEqual(outputsOf(interpret(plans)));
    }),
    rounds,
  );
});
