import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  type CadreEvent,
  type Coordinator,
  defineAgent,
  defineCapability,
  defineWorkflow,
  type Run,
  type TaskHandle,
} from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { type Outcome, watch } from '../support/outcome.ts';
import { never, sleep, startHouse, unhandledDuring, untilAborted } from '../support/workflows.ts';

// A thousand requests, a thousand asks and a hundred runs at once, to handlers of every kind. The promises that hold
// for one piece of work must hold for each of many: its one outcome, its time, its place in line, its slot.

const ATTEMPT_MS = 150;
const REQUEST_MS = 500;
const TASK_MS = 600;
const STEP_PAUSE = { initial: 3, jitter: 0 };
const ANSWERS = ['at once', 'in time', 'blocks', 'ignores'];
const THROWS = ['throws', 'rejects'];
/** Wait for their signal, or for ever. */
const HANGS = ['obeys', 'late', 'never'];
const MOODS = [...ANSWERS, ...THROWS, ...HANGS, ...Array(4).fill('at once'), ...Array(4).fill('in time')];

/** One thing that a handler is to do. */
interface Job {
  readonly id: string;
  readonly mood: string;
  readonly ms: number;
  /** Tells whether somebody still waits for it. */
  alive: () => boolean;
  /** Until when a request waits for it. */
  dueAt: number;
  /** When its handler gave an answer in the end. */
  answeredAt?: number;
}

/** Something that was asked of the house and gets one outcome. */
interface Work {
  readonly id: string;
  readonly outcome: Outcome;
  readonly acceptedAt: number;
  readonly dueAt: number;
  readonly signal: AbortSignal | undefined;
  settledAt: number;
}

interface Call {
  abortedAt: number | undefined;
}

/** Somebody with a limit, and the calls that count against it. */
class Place {
  readonly name: string;
  readonly slots: number;
  readonly calls = new Set<Call>();
  peak = 0;
  readonly #grace: number;

  constructor(name: string, slots: number, grace: number) {
    this.name = name;
    this.slots = slots;
    this.#grace = grace;
  }

  /** Whoever ignored its signal through the grace period counts no more. */
  enter(call: Call, now: number): void {
    for (const other of this.calls) {
      if (other.abortedAt !== undefined && now >= other.abortedAt + this.#grace) this.calls.delete(other);
    }
    this.calls.add(call);
    this.peak = Math.max(this.peak, this.calls.size);
  }
}

const text = defineCapability<Job, string>('text');

class Crowd {
  readonly clock: FakeClock;
  readonly house: Coordinator;
  readonly events: CadreEvent[] = [];
  readonly places: Place[] = [];
  readonly faults: string[] = [];
  readonly requests: { readonly work: Work; readonly job: Job }[] = [];
  readonly asks: { readonly work: Work; readonly job: Job; readonly task: TaskHandle; attempts: number }[] =
    [];
  readonly runs: {
    readonly work: Work;
    readonly run: Run;
    readonly jobs: Job[];
    readonly slots: number;
    /** The times of the steps that are code and have one attempt. */
    readonly limits: ReadonlyMap<string, number>;
  }[] = [];
  readonly shared = new AbortController();
  /** The order in which the asks for the capability were first begun, by priority. */
  readonly begun = new Map<number, number[]>();
  readonly abortedAt = new Map<AbortSignal, number>();
  abandoned = { surely: 0, perhaps: 0 };
  late = 0;
  readonly #dice: FakeClock;
  readonly #blocks: boolean;
  /** Where handlers block, time jumps, and only a long grace tells for sure who ignored it. */
  readonly #grace: number;

  constructor(seed: number, blocks: boolean) {
    this.#dice = new FakeClock({ seed });
    this.#blocks = blocks;
    this.#grace = blocks ? 5_000 : 50;
    ({ clock: this.clock, house: this.house } = startHouse({
      grace: this.#grace,
      policy: { timeout: ATTEMPT_MS, backoff: STEP_PAUSE },
      messages: { timeout: REQUEST_MS },
      tasks: { timeout: TASK_MS },
    }));
    if (seed % 2 === 0) this.house.events.onAny((event) => this.events.push(event));
    for (let number = 0; number < 20; number++) this.#hire(`agent-${number}`, (number % 10) + 1);
    for (let number = 0; number < 5; number++) this.#respond(`desk.${number}`, 5 + number * 10);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#dice.random() * choices.length)] as T;
  }

  #hire(name: string, slots: number): void {
    const place = this.#place(name, slots);
    const handle = (job: Job, context: { readonly signal: AbortSignal }) =>
      this.#work(place, job, () => context.signal) as string;
    this.house.agents.register(defineAgent(name, { capabilities: [text], concurrency: slots, handle }));
  }

  #respond(topic: string, slots: number): void {
    const place = this.#place(topic, slots);
    const handle = (job: Job, context: { readonly signal: AbortSignal }) => {
      const note = () => {
        if (context.signal.aborted || this.clock.monotonic() >= job.dueAt) this.late++;
      };
      return this.#work(place, job, () => context.signal, note);
    };
    this.house.messages.respond(topic, handle, { concurrency: slots });
  }

  #place(name: string, slots: number): Place {
    const place = new Place(name, slots, this.#grace);
    this.places.push(place);
    return place;
  }

  /** What every handler does. It looks at its signal only when its mood needs it, as those of users do. */
  #work(place: Place, job: Job, look: () => AbortSignal, onEnd = () => {}): unknown {
    const { clock } = this;
    if (!job.alive()) this.faults.push(`${job.id} began after its end`);
    const call: Call = { abortedAt: undefined };
    place.enter(call, clock.monotonic());
    if (HANGS.includes(job.mood) || job.mood === 'ignores') {
      look().addEventListener('abort', () => {
        call.abortedAt = clock.monotonic();
        if (job.mood === 'never') this.#countAbandoned(Number.POSITIVE_INFINITY);
      });
    }
    const answer = (): string => {
      const now = clock.monotonic();
      place.calls.delete(call);
      job.answeredAt = now;
      if (call.abortedAt !== undefined) this.#countAbandoned(now - call.abortedAt);
      onEnd();
      if (THROWS.includes(job.mood)) throw new Error(job.id);
      return job.id;
    };
    switch (job.mood) {
      case 'in time':
      case 'rejects':
        return sleep(clock, job.ms).then(answer);
      case 'ignores':
        return sleep(clock, 8 * job.ms).then(answer);
      case 'obeys':
        return untilAborted(job, { signal: look() }).finally(answer);
      case 'late':
        return untilAborted(job, { signal: look() }).catch(() => sleep(clock, 20).then(answer));
      case 'never':
        return never();
      case 'blocks':
        clock.stall(job.ms % 10);
    }
    return answer();
  }

  #countAbandoned(lingeredMs: number): void {
    if (lingeredMs > this.#grace) this.abandoned.surely++;
    if (lingeredMs >= this.#grace) this.abandoned.perhaps++;
  }

  #job(id: string): Job {
    const [other, instead] = this.#blocks ? ['never', 'obeys'] : ['blocks', 'at once'];
    const mood = this.pick(MOODS);
    return {
      ...{ id, mood: mood === other ? (instead as string) : mood, alive: () => true, dueAt: 0 },
      ms: 1 + Math.floor(this.#dice.random() * 40),
    };
  }

  #signal(): AbortSignal | undefined {
    const kind = this.pick(['none', 'none', 'none', 'own', 'shared', 'aborted']);
    if (kind === 'none') return undefined;
    if (kind === 'shared') return this.shared.signal;
    const controller = new AbortController();
    if (kind === 'own') this.abortLater(controller, 1 + Math.floor(this.#dice.random() * 200));
    else if (this.pick([0, 1, 2, 3]) === 0) this.#abort(controller);
    return controller.signal;
  }

  abortLater(controller: AbortController, ms: number): void {
    this.clock.schedule(() => this.#abort(controller), ms);
  }

  #abort(controller: AbortController): void {
    this.abortedAt.set(controller.signal, this.clock.monotonic());
    controller.abort();
  }

  #follow(id: string, promise: Promise<unknown>, timeoutMs: number, signal: AbortSignal | undefined): Work {
    const now = this.clock.monotonic();
    const work: Work = {
      ...{ id, signal, acceptedAt: now, dueAt: now + timeoutMs, settledAt: Number.NaN },
      outcome: watch(promise),
    };
    const settled = (): void => {
      work.settledAt = this.clock.monotonic();
    };
    promise.then(settled, settled);
    return work;
  }

  request(number: number): void {
    const job = this.#job(`request-${number}`);
    const timeout = this.pick([20, 80, 300, undefined]);
    const signal = this.#signal();
    const priority = this.pick([1, 5, 9]);
    const topic = `desk.${number % 5}`;
    const promise = this.house.messages.request(topic, job, { timeout, signal, priority });
    const work = this.#follow(job.id, promise, timeout ?? REQUEST_MS, signal);
    job.alive = () => work.outcome.state === 'pending';
    job.dueAt = work.dueAt;
    this.requests.push({ work, job });
  }

  ask(number: number): void {
    const job = this.#job(`ask-${number}`);
    const timeout = this.pick([20, 80, 300, undefined]);
    const signal = this.#signal();
    const priority = this.pick([1, 5, 9]);
    const attempts = this.pick([1, 1, 3]);
    const named = this.pick([true, false, false, false]);
    const target = named ? `agent-${number % 20}` : text;
    const task = this.house.tasks.submit(target as string, job, {
      ...{ timeout, signal, priority, policy: { attempts } },
    });
    const work = this.#follow(job.id, task.result, timeout ?? TASK_MS, signal);
    let begun = false;
    job.alive = () => {
      if (!named && !begun) this.begun.set(priority, [...(this.begun.get(priority) ?? []), number]);
      begun = true;
      return task.status === 'running';
    };
    this.asks.push({ work, job, task, attempts });
  }

  run(number: number): void {
    const slots = this.pick([1, 2, 3, Number.POSITIVE_INFINITY]);
    const place = this.#place(`run-${number}`, slots);
    const jobs = Array.from({ length: this.pick([2, 4, 7]) }, (_, step) => this.#job(`s${step}`));
    const limits = new Map<string, number>();
    const steps = jobs.map((job, index) => {
      const code = (_input: unknown, context: { readonly signal: AbortSignal }) =>
        this.#work(place, job, () => context.signal);
      const policy = { timeout: this.pick([undefined, 15, 60, 400]), attempts: this.pick([1, 1, 2]) };
      const isCode = this.pick([true, false]);
      if (isCode && policy.attempts === 1) limits.set(job.id, policy.timeout ?? ATTEMPT_MS);
      const after = jobs.slice(0, index).filter(() => this.pick([true, false, false]));
      return {
        ...{ id: job.id, policy, input: () => job },
        ...{ run: (isCode ? code : text) as never, after: after.map(({ id }) => id) },
      };
    });
    const deadline = this.pick([40, 120, 500, Number.POSITIVE_INFINITY]);
    const signal = this.#signal();
    const workflow = defineWorkflow('w', { concurrency: slots, steps });
    const run = this.house.start(workflow, undefined, { deadline, signal });
    for (const job of jobs) job.alive = () => run.status === 'running';
    const work = this.#follow(`run-${number}`, run.result, deadline, signal);
    this.runs.push({ work, run, jobs, slots, limits });
  }

  /** What is wrong with the outcome of a piece of work whose handler would do one job. */
  faultOf({ outcome: { state, value }, ...work }: Work, job: Job, leastMs: number): string | undefined {
    const { code, cause } = (value ?? {}) as { code?: string; cause?: unknown };
    if (state === 'pending') return 'has no outcome';
    if (state === 'fulfilled') {
      if (value !== job.id || !ANSWERS.includes(job.mood)) return `has the output ${String(value)}`;
      return (job.answeredAt as number) < work.dueAt ? undefined : 'has an output that came too late';
    }
    if (code === 'HANDLER_FAILED')
      return THROWS.includes(job.mood) && (cause as Error).message === job.id ? undefined : 'has an error';
    if (code === 'AGENT_GONE' || code === 'NO_CANDIDATE')
      return job.id.startsWith('ask') ? undefined : 'is no ask';
    return this.#faultOfEnd(work, value, leastMs);
  }

  /** What is wrong with an end that came from outside, by time or by signal. */
  #faultOfEnd({ settledAt, acceptedAt, dueAt, signal }: Omit<Work, 'outcome'>, error: unknown, leastMs = 0) {
    const { code, cause } = error as { code?: string; cause?: unknown };
    if (code === 'TIMEOUT')
      return settledAt >= Math.min(dueAt, acceptedAt + leastMs) ? undefined : `timed out at ${settledAt}`;
    if (code !== 'CANCELLED') return `has the error ${String(error)}`;
    return signal?.aborted === true && cause === signal.reason ? undefined : 'was cancelled by nobody';
  }

  faultOfRun({ work, run, jobs }: Crowd['runs'][number]): string | undefined {
    const { state, value } = work.outcome;
    const { code } = (value ?? {}) as { code?: string };
    const { steps, status } = run.snapshot();
    if (state === 'pending') return 'has no outcome';
    const done = steps.filter((step) => step.status === 'completed');
    if (done.some(({ id }) => !ANSWERS.includes(jobs.find((job) => job.id === id)?.mood ?? '')))
      return 'has an output of a step that gives none';
    if (state === 'fulfilled') {
      const outputs = Object.fromEntries(jobs.map(({ id }) => [id, id]));
      return JSON.stringify(value) === JSON.stringify(outputs) && status === 'completed'
        ? undefined
        : `has the output ${JSON.stringify(value)}`;
    }
    if (code === 'RUN_FAILED') {
      const failed = steps.filter((step) => step.status === 'failed');
      const fits = failed.length > 0 && failed.every(({ error }) => error?.code !== 'CANCELLED');
      return fits && status === 'failed' ? undefined : 'failed without a step that did';
    }
    return this.#faultOfEnd(work, value, Number.POSITIVE_INFINITY);
  }
}

/** Three waves of everything, with a shared signal that aborts and agents that leave in the middle. */
async function rush(seed: number, blocks: boolean): Promise<Crowd> {
  const crowd = new Crowd(seed, blocks);
  const { clock, house } = crowd;
  for (let number = 0; number < 1_000; number++) {
    crowd.request(number);
    crowd.ask(number);
    if (number % 10 === 0) crowd.run(number);
    if (number === 400 || number === 700) await clock.advance(10);
  }
  expect(house.stats()).toMatchObject({ messages: { requested: 1_000 }, workflows: { started: 100 } });
  expect(getEventListeners(crowd.shared.signal, 'abort')).toHaveLength(1);
  crowd.abortLater(crowd.shared, 60);
  const leave = (name: string, drain: number) => () => void house.agents.unregister(name, { drain });
  clock.schedule(leave('agent-3', 0), 15);
  clock.schedule(leave('agent-8', 30), 40);
  clock.schedule(leave('agent-19', 0), 90);
  await clock.advance(20_000);
  return crowd;
}

/** The most steps of a run that were under way at once for more than a moment. Pauses between attempts take no slot, so it looks at steps without. */
function peakOf(run: Run): number {
  const moves = run
    .snapshot()
    .steps.filter(({ status, attempts }) => attempts === 1 && /completed|failed/.test(status))
    .filter(({ startedAt, endedAt }) => startedAt !== endedAt)
    .flatMap(({ startedAt, endedAt }) => [
      { at: startedAt as number, by: 1 },
      { at: endedAt as number, by: -1 },
    ]);
  let open = 0;
  return Math.max(
    0,
    ...moves
      .sort((a, b) => a.at - b.at || a.by - b.by)
      .map(({ by }) => {
        open += by;
        return open;
      }),
  );
}

/** How many outcomes there are of each kind. */
function tally(works: readonly { readonly work: Work }[]): Record<string, number> {
  const counts: Record<string, number> = { done: 0, cancelled: 0, timedOut: 0, failed: 0 };
  const kinds: Record<string, string> = { CANCELLED: 'cancelled', TIMEOUT: 'timedOut' };
  for (const { work } of works) {
    const { state, value } = work.outcome;
    const kind = state === 'fulfilled' ? 'done' : kinds[(value as { code: string }).code];
    counts[kind ?? 'failed']!++;
  }
  return counts;
}

describe.each([
  { seed: 1, blocks: false },
  { seed: 2, blocks: false },
  { seed: 3, blocks: true },
  { seed: 4, blocks: true },
])('a thousand of everything at once (seed $seed, handlers that block: $blocks)', ({ seed, blocks }) => {
  let crowd: Crowd;

  it('keeps the promises', { timeout: 20_000 }, async () => {
    const unhandled = await unhandledDuring(async () => {
      crowd = await rush(seed, blocks);
    });
    const { requests, asks, runs } = crowd;
    const faults = [
      ...requests.map(({ work, job }) => [work, crowd.faultOf(work, job, Number.POSITIVE_INFINITY)] as const),
      ...asks.map(({ work, job }) => [work, crowd.faultOf(work, job, ATTEMPT_MS)] as const),
      ...runs.map((one) => [one.work, crowd.faultOfRun(one)] as const),
    ];

    expect(unhandled).toEqual([]);
    expect(crowd.faults).toEqual([]);
    expect(faults.filter(([, fault]) => fault !== undefined).map(([{ id }, fault]) => [id, fault])).toEqual(
      [],
    );
    expectAtRest(crowd.house, crowd.clock);
    expect(getEventListeners(crowd.shared.signal, 'abort')).toEqual([]);
  });

  it.skipIf(blocks)('ends everything at its time or at its signal, to the millisecond', () => {
    const works = [...crowd.requests, ...crowd.asks, ...crowd.runs].map(({ work }) => work);
    const tooLate = works.filter(({ settledAt, acceptedAt, dueAt, signal }) => {
      const abortedAt = signal && crowd.abortedAt.get(signal);
      return settledAt > dueAt || (abortedAt !== undefined && settledAt > Math.max(abortedAt, acceptedAt));
    });

    expect(tooLate).toEqual([]);
    const steps = crowd.runs.flatMap(({ run, limits }) =>
      run.snapshot().steps.map((step) => ({ ...step, limit: limits.get(step.id) })),
    );
    const wrong = steps.filter(({ startedAt = 0, endedAt = 0, limit, error, status }) => {
      if (limit === undefined || error?.code === 'HANDLER_FAILED') return false;
      const ms = endedAt - startedAt;
      return error === undefined ? status === 'completed' && ms >= limit : ms !== limit;
    });
    expect(wrong).toEqual([]);
    expect(steps.filter(({ limit, error }) => limit && error?.code === 'TIMEOUT').length).toBeGreaterThan(5);
  });

  it('counts each piece of work once', () => {
    const { messages, tasks, workflows } = crowd.house.stats();
    const { requests, asks, runs } = { ...crowd, requests: tally(crowd.requests), runs: tally(crowd.runs) };

    expect(messages).toMatchObject({
      requested: 1_000,
      replied: requests['done'],
      cancelled: requests['cancelled'],
      timedOut: requests['timedOut'],
      failed: requests['failed'],
    });
    expect(workflows).toMatchObject({
      started: 100,
      completed: runs['done'],
      cancelled: runs['cancelled'],
      failed: runs['failed']! + runs['timedOut']!,
    });
    expect(tasks.submitted).toBe(tasks.completed + tasks.failed + tasks.cancelled);
    expect(tasks.submitted).toBeGreaterThan(asks.length);
    for (const { work, task } of asks) {
      const ends = tally([{ work }]);
      expect(task.status).toBe(ends['done'] ? 'completed' : ends['cancelled'] ? 'cancelled' : 'failed');
    }
    expect(Object.values({ ...tally(asks), ...requests }).every((count) => count > 0)).toBe(true);
  });

  it('exceeds no limit, and uses what there is', () => {
    for (const { name, peak, slots } of crowd.places) expect(peak, name).toBeLessThanOrEqual(slots);
    for (const { run, slots } of crowd.runs) expect(peakOf(run)).toBeLessThanOrEqual(slots);
    const full = crowd.places.filter(({ peak, slots }) => peak === slots);
    expect(full.filter(({ name }) => name.startsWith('agent-'))).toHaveLength(20);
  });

  it('begins the asks of one priority in the order in which they came', () => {
    expect(crowd.begun.size).toBe(3);
    for (const numbers of crowd.begun.values()) expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });

  it('counts the answers that came too late, and the handlers that never heard', () => {
    const { messages, tasks, workflows } = crowd.house.stats();
    const abandoned = messages.abandoned + tasks.abandoned + workflows.abandoned;

    expect(messages.lateReplies).toBeGreaterThan(0);
    expect(messages.lateReplies).toBeGreaterThanOrEqual(crowd.late);
    if (!blocks) expect(messages.lateReplies).toBe(crowd.late);
    if (!blocks) expect(crowd.abandoned.surely).toBeGreaterThan(0);
    expect(abandoned).toBeGreaterThanOrEqual(crowd.abandoned.surely);
    expect(abandoned).toBeLessThanOrEqual(crowd.abandoned.perhaps);
  });

  it.runIf(seed % 2 === 0)('tells of one end of each', () => {
    const endsOf = (key: 'taskId' | 'messageId' | 'runId', types: RegExp) => {
      const told = crowd.events.filter((event) => key in event && types.test(event.type));
      return new Map(Object.entries(Object.groupBy(told, (event) => (event as never)[key] as string)));
    };
    const { tasks } = crowd.house.stats();
    const ended = {
      tasks: endsOf('taskId', /^task\.(completed|failed|cancelled)$/),
      requests: endsOf('messageId', /^request\.(completed|failed|cancelled)$/),
      runs: endsOf('runId', /^run\.(completed|failed|cancelled)$/),
    };

    for (const ends of Object.values(ended)) {
      expect([...ends.values()].filter((told) => told?.length !== 1)).toEqual([]);
    }
    expect(ended.tasks.size).toBe(tasks.submitted);
    expect(ended.requests.size).toBe(1_000);
    expect(ended.runs.size).toBe(100);
  });
});
