import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type CadreEvent,
  type Coordinator,
  defineAgent,
  defineCapability,
  defineWorkflow,
  type Run,
  type SubmitOptions,
  type TaskHandle,
} from '../../src/index.ts';
import type { FakeClock } from '../../src/testing/index.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { type Outcome, watch } from '../support/outcome.ts';
import { eventsOf, never, sleep, startHouse, unhandledDuring } from '../support/workflows.ts';

// Anything goes in this world: agents that are slow, fail, hang, come and go; runs and asks that are cancelled or
// run out of time at any moment. Whatever happens, every promise must have one end, and the world must come to rest.

interface Work {
  readonly ms: number;
  readonly mood: 'well' | 'fails' | 'hangs' | 'obeys' | 'asks';
}

const work = defineCapability<Work, number>('work');

const works: fc.Arbitrary<Work> = fc.record({
  ms: fc.integer({ min: 0, max: 40 }),
  mood: fc.constantFrom<Work['mood']>('well', 'well', 'well', 'fails', 'hangs', 'obeys', 'asks'),
});
const steps = fc.array(
  fc.record({ work: works, kind: fc.constantFrom('task', 'code', 'nested'), after: fc.nat() }),
  {
    maxLength: 6,
  },
);
const deeds = fc.oneof(
  fc.record({ deed: fc.constant('run' as const), steps, attempts: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ deed: fc.constant('deadline' as const), steps, ms: fc.integer({ min: 1, max: 80 }) }),
  fc.record({
    deed: fc.constant('ask' as const),
    work: works,
    timeout: fc.integer({ min: 1, max: 120 }),
    attempts: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    deed: fc.constant('request' as const),
    work: works,
    timeout: fc.integer({ min: 1, max: 120 }),
  }),
  fc.record({ deed: fc.constant('abort' as const), work: works, ms: fc.integer({ min: 0, max: 60 }) }),
  fc.record({ deed: fc.constant('cancel' as const), which: fc.nat() }),
  fc.record({ deed: fc.constant('come' as const), slots: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ deed: fc.constant('go' as const), which: fc.nat(), drain: fc.integer({ min: 0, max: 30 }) }),
  fc.record({ deed: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 60 }) }),
);
type Deed = typeof deeds extends fc.Arbitrary<infer D> ? D : never;
type Context = { readonly signal: AbortSignal; readonly ask: Coordinator['ask'] };

const policyOf = (attempts: number) => ({ attempts, backoff: { initial: 5, jitter: 0 } });

class World {
  readonly clock: FakeClock;
  readonly house: Coordinator;
  readonly outcomes: Outcome[] = [];
  readonly runs: Run[] = [];
  readonly tasks: TaskHandle[] = [];
  readonly events: CadreEvent[] = [];
  /** For each agent, the most handlers that were under way at once, and how many it allows. */
  readonly peaks = new Map<string, { active: number; peak: number; slots: number }>();
  #agents = 0;

  constructor(grace: number) {
    ({ clock: this.clock, house: this.house } = startHouse({ grace, policy: { timeout: 100 } }));
    this.house.events.onAny((event) => this.events.push(event));
    this.house.messages.respond('work', (body: Work, context) =>
      this.#do(body, { ...this.#noAsk, signal: context.signal }),
    );
  }

  readonly #noAsk = { ask: () => Promise.resolve(0) } as never as Context;

  async #do({ ms, mood }: Work, { signal, ask }: Context): Promise<number> {
    if (mood === 'hangs') return never();
    await sleep(this.clock, ms, mood === 'obeys' ? signal : undefined);
    if (mood === 'fails') throw new Error('no');
    return mood === 'asks' ? ask(work, { ms, mood: 'obeys' }) : ms;
  }

  #workflow(drawn: Extract<Deed, { deed: 'run' }>['steps'], options: object) {
    return defineWorkflow('w', {
      ...options,
      steps: drawn.map((step, i) => {
        const after = i === 0 || step.after % 3 === 0 ? [] : [`s${step.after % i}`];
        const code = (_input: unknown, context: Context) => this.#do(step.work, context);
        const inner = defineWorkflow('inner').step('s', { run: code as never });
        const run = { task: work, code, nested: inner }[step.kind as 'task'];
        return { id: `s${i}`, after, run: run as never, input: () => step.work };
      }),
    });
  }

  async act(deed: Deed): Promise<void> {
    const { house, clock } = this;
    const follow = (promise: Promise<unknown>) => void this.outcomes.push(watch(promise));
    switch (deed.deed) {
      case 'run':
      case 'deadline': {
        const options =
          deed.deed === 'run' ? { policy: policyOf(deed.attempts), concurrency: 2 } : { deadline: deed.ms };
        const run = house.start(this.#workflow(deed.steps, options), undefined);
        this.runs.push(run);
        return follow(run.result);
      }
      case 'ask':
        return this.#submit(deed.work, { timeout: deed.timeout, policy: policyOf(deed.attempts) });
      case 'request':
        return follow(house.messages.request('work', deed.work, { timeout: deed.timeout }));
      case 'abort': {
        const controller = new AbortController();
        this.#submit(deed.work, { signal: controller.signal });
        clock.schedule(() => controller.abort(), deed.ms);
        return;
      }
      case 'cancel':
        return this.runs[deed.which % (this.runs.length || 1)]?.cancel();
      case 'come':
        return this.#hire(deed.slots);
      case 'go': {
        const names = house.agents.list().map(({ name }) => name);
        const name = names[deed.which % (names.length || 1)];
        if (name !== undefined) follow(house.agents.unregister(name, { drain: deed.drain }).catch(() => {}));
        return;
      }
      case 'wait':
        return clock.advance(deed.ms);
    }
  }

  #submit(input: Work, options: SubmitOptions): void {
    try {
      const task = this.house.tasks.submit(work, input, options);
      this.tasks.push(task);
      this.outcomes.push(watch(task.result));
    } catch (error) {
      expect(error).toMatchObject({ code: 'NO_CANDIDATE' });
    }
  }

  #hire(slots: number): void {
    const name = `agent-${++this.#agents}`;
    const load = { active: 0, peak: 0, slots };
    this.peaks.set(name, load);
    const handle = (input: Work, context: Context) => {
      load.peak = Math.max(load.peak, ++load.active);
      return this.#do(input, context).finally(() => load.active--);
    };
    this.house.agents.register(
      defineAgent(name, { capabilities: [work], concurrency: slots, handle: handle as never }),
    );
  }
}

/** What may follow what, in the life of one run: one beginning, one end, steps between them. */
function expectLegal(lines: readonly { type: string; step?: string }[]): void {
  const open = new Map<string, string>();
  for (const [place, { type, step }] of lines.entries()) {
    if (type === 'run.started') expect(place).toBe(0);
    else if (type.startsWith('run.')) expect(place).toBe(lines.length - 1);
    if (step === undefined || type === 'step.progressed') continue;
    const before = open.get(step);
    const legal: Record<string, readonly (string | undefined)[]> = {
      'step.started': [undefined, 'step.retried'],
      'step.retried': ['step.started'],
      'step.completed': ['step.started'],
      'step.failed': ['step.started', 'step.retried', undefined],
      'step.cancelled': ['step.started', 'step.retried'],
      'step.skipped': [undefined],
    };
    expect(legal[type], `${type} after ${before}`).toContain(before);
    open.set(step, type);
  }
  for (const type of open.values()) expect(type).toMatch(/completed|failed|cancelled|skipped/);
}

/** Every task that was submitted has one end, after which nothing is told of it. */
function expectOneEnd(events: readonly CadreEvent[]): void {
  const tasks = Object.groupBy(
    events.filter((event) => 'taskId' in event),
    ({ taskId }) => taskId,
  );
  for (const told of Object.values(tasks)) {
    const types = told?.map(({ type }) => type) ?? [];
    expect(types[0]).toBe('task.submitted');
    expect(types.filter((type) => /completed|failed|cancelled/.test(type))).toEqual([types.at(-1)]);
  }
}

async function live(drawn: readonly Deed[], closes: boolean, grace: number): Promise<World> {
  const world = new World(grace);
  await world.act({ deed: 'come', slots: 1 });
  for (const deed of drawn) await world.act(deed);
  if (closes) world.outcomes.push(watch(world.house.close({ drain: 20 })));
  await world.clock.advance(700_000);
  return world;
}

const rounds = { numRuns: 500 };

it('gives every ask, request and run one end, and comes to rest', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deeds, { maxLength: 25, size: 'max' }), fc.boolean(), async (drawn, closes) => {
      let world: World | undefined;
      const unhandled = await unhandledDuring(async () => {
        world = await live(drawn, closes, 25);
      });
      const { house, clock, outcomes, ...handles } = world as World;

      expect(unhandled).toEqual([]);
      expect(outcomes.filter(({ state }) => state === 'pending')).toEqual([]);
      expectAtRest(house, clock);
      const { tasks, workflows, messages } = house.stats();
      expect(tasks.submitted).toBe(tasks.completed + tasks.failed + tasks.cancelled);
      expect(workflows.started).toBe(workflows.completed + workflows.failed + workflows.cancelled);
      expect(messages.requested).toBe(
        messages.replied + messages.failed + messages.timedOut + messages.cancelled,
      );
      for (const { status } of [...handles.runs, ...handles.tasks])
        expect(['completed', 'failed', 'cancelled']).toContain(status);
    }),
    rounds,
  );
});

it('tells a legal story of every run, and exceeds the limit of no agent that lets go when it is told', {
  timeout: 60_000,
}, async () => {
  const obedient = (deed: Deed) => !JSON.stringify(deed).includes('hangs');
  await fc.assert(
    fc.asyncProperty(fc.array(deeds.filter(obedient), { maxLength: 25, size: 'max' }), async (drawn) => {
      const { runs, events, peaks } = await live(drawn, false, 1_000);
      for (const run of runs) {
        const own = await eventsOf(run);
        expectLegal(own);
        expect(own.at(-1)?.type).toBe(`run.${run.status}`);
        const told = events.filter((event) => 'workflow' in event && event.runId === run.id);
        expect(told.filter(({ type }) => type !== 'step.progressed')).toEqual(own);
      }
      expectOneEnd(events);
      for (const [name, { peak, slots }] of peaks) expect(peak, name).toBeLessThanOrEqual(slots);
    }),
    rounds,
  );
});
