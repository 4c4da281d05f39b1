import type { Run, RunSnapshot } from '../../src/index.ts';
import { flowOf, planSteps, stepAgent } from './support/flows.ts';
import { chance, type End, ensure, follow, pick, prove, whole, workAt } from './support/prove.ts';

// W5. Each run comes to one end: completed, failed or cancelled. It is told by one event, after which nothing of the run
// is told, and from then on what is recorded of it never changes; result, record and event say the same.

const terminal = new Set(['run.completed', 'run.failed', 'run.cancelled']);
const policies = [undefined, { attempts: 3, timeout: 15, backoff: { initial: 5 } }];

interface Entry {
  readonly run: Run;
  end: End | undefined;
  /** The type of the last event of the run. */
  told: string | undefined;
  /** What is recorded at the end. */
  record: RunSnapshot | undefined;
}

prove(
  'brings each run to one end, which is told once and stays',
  {
    faults: {
      handlerError: 0.1,
      handlerHang: 0.03,
      handlerSlow: 0.05,
      messageLost: 0.05,
      messageDelayed: 0.05,
      loopStall: 0.02,
      wallJump: 0.02,
    },
    latency: 20,
    atLeast: { completed: 1_000, failed: 400, cancelled: 300, 'by deadline': 200, 'by signal': 50 },
  },
  async (sim, count) => {
    const body = workAt(sim, 'work');
    const agent = stepAgent('a', 2, body);
    const house = sim.coordinator({ policy: { timeout: 300 }, grace: 10 });
    house.agents.register(agent);
    const entries = new Map<string, Entry>();
    let broken: string | undefined;
    house.events.onAny((event) => {
      if (!('workflow' in event)) return;
      const entry = entries.get(event.runId);
      if (entry === undefined) return;
      if (entry.told !== undefined) broken ??= `${event.type} of a run that has ended (${entry.told})`;
      if (terminal.has(event.type)) entry.told = event.type;
    });
    sim.check('an end is told once, and stays', () => {
      ensure(broken === undefined, () => broken!);
      for (const entry of entries.values()) {
        const { run, told, end, record } = entry;
        const ended = run.status !== 'pending' && run.status !== 'running';
        ensure(ended === (told !== undefined), () => `the run is ${run.status}, ${told} was told`);
        ensure(
          ended === (end !== undefined),
          () => `the run is ${run.status}, its result ${end ? 'is' : 'is not'} there`,
        );
        if (!ended) continue;
        ensure(told === `run.${run.status}`, () => `the run is ${run.status}, ${told} was told`);
        ensure(
          (run.status === 'completed') === end!.isOutput,
          () => `the run is ${run.status}, its result ${end!.code}`,
        );
        const cancelled = end!.code === 'CANCELLED';
        ensure(
          (run.status === 'cancelled') === cancelled,
          () => `the run is ${run.status}, its result ${end!.code}`,
        );
        if (record !== undefined) continue;
        entry.record = run.snapshot();
        count(run.status);
        if (end!.code === 'TIMEOUT') count('by deadline');
      }
    });

    const signals: AbortController[] = [];
    for (let left = 4; left > 0; left--) {
      const controller = new AbortController();
      const { signal } = controller;
      const flow = flowOf(planSteps(sim, whole(sim, 1, 4), policies), agent, body, {
        concurrency: pick(sim, [1, 9]),
      });
      const deadline = chance(sim, 0.3) ? whole(sim, 1, 60) : Number.POSITIVE_INFINITY;
      const run = house.start(flow, undefined, { deadline, ...(chance(sim, 0.3) ? { signal } : {}) });
      const entry: Entry = { run, end: undefined, told: undefined, record: undefined };
      entries.set(run.id, entry);
      signals.push(controller);
      follow(sim, run.result, (end) => {
        entry.end = end;
      });
      if (chance(sim, 0.3)) sim.clock.schedule(() => run.cancel('enough'), whole(sim, 0, 60));
      await sim.advance(whole(sim, 0, 30));
      if (chance(sim, 0.15)) {
        count('by signal');
        pick(sim, signals).abort();
      }
    }
    await sim.advance('1h');
    for (const { run, record } of entries.values()) {
      const now = JSON.stringify(run.snapshot());
      ensure(record !== undefined, () => `a run is ${run.status} after an hour`);
      ensure(now === JSON.stringify(record), () => `the record has changed to ${now}`);
    }
  },
);
