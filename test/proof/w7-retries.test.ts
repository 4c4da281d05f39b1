import {
  type CadreEvent,
  defineAgent,
  defineWorkflow,
  type HandlerContext,
  type StepData,
} from '../../src/index.ts';
import { chance, type End, ensure, follow, notice, pick, prove, whole } from './support/prove.ts';

// W7. A task or a step has at most `attempts` attempts, numbered from 1 without a gap. After the k-th failure comes a
// wait of w = min(max, initial × factor^(k − 1)), less the jitter: within [w × (1 − jitter), w]. It is told before, and
// kept: the next attempt begins when it is over, not before and (slots being free here) not later. Nothing is tried
// again after a success, after an error that says it does not help, or with less time left than the wait.

const NEVER_MIND = Object.assign(new Error('no use'), { retryable: false });

interface Waits {
  readonly initial: number;
  readonly factor: number;
  readonly max: number;
  readonly jitter: number;
}

interface Work {
  readonly id: number;
  readonly attempts: number;
  readonly backoff: Waits;
  /** When its time is up. */
  readonly dueAt: number;
  begun: number;
  waits: number;
  /** The moment from which the next attempt may begin. */
  nextAt: number;
  /** How the last attempt ended. */
  last: 'open' | 'well' | 'failed' | 'hopeless';
  end: End | undefined;
}

/** What a sum of fractions of milliseconds may be off. */
const TINY = 1e-6;

prove(
  'tries as often, and waits as long, as the policy says',
  {
    faults: { handlerError: 0.4, handlerHang: 0.05, wallJump: 0.05 },
    latency: 5,
    atLeast: {
      retried: 1_000,
      succeeded: 1_000,
      exhausted: 300,
      hopeless: 50,
      'no time left': 50,
      timeouts: 50,
    },
  },
  async (sim, count) => {
    const all: Work[] = [];
    const now = (): number => sim.clock.monotonic();
    const faulty = sim.step('work', async (id: number, _context: HandlerContext) => {
      if (chance(sim, 0.3)) throw chance(sim, 0.2) ? NEVER_MIND : new TypeError('once more');
      return id;
    });
    const handle = async (id: number, context: HandlerContext): Promise<number> => {
      const work = all[id]!;
      work.begun++;
      work.last = 'open';
      notice(sim, () => {
        const { attempts, begun, nextAt, end } = work;
        ensure(end === undefined, () => `an attempt at ${id} begins after its end`);
        ensure(begun <= attempts, () => `attempt ${begun} at ${id} of at most ${attempts}`);
        ensure(
          context.attempt === begun,
          () => `attempt ${begun} at ${id} is called number ${context.attempt}`,
        );
        ensure(
          Math.abs(now() - nextAt) < TINY,
          () => `attempt ${begun} at ${id} begins at ${now()}, not at ${nextAt}`,
        );
      });
      const number = work.begun;
      const ended = (last: Work['last']): void => {
        // What comes at its deadline or later does not count.
        if (work.begun === number && work.last === 'open' && now() < work.dueAt) work.last = last;
      };
      try {
        const output = await faulty(id, context);
        ended('well');
        return output as number;
      } catch (error) {
        ended(error === NEVER_MIND ? 'hopeless' : 'failed');
        throw error;
      }
    };
    const house = sim.coordinator({ grace: 0 });
    const agent = defineAgent('a', { concurrency: 100, handle });
    house.agents.register(agent);
    const ids = new Map<string, number>();
    let told = 0;
    house.events.onAny((event: CadreEvent) => {
      if (event.type !== 'task.retried' && event.type !== 'step.retried') return;
      const work = all[ids.get(event.type === 'task.retried' ? event.taskId : event.runId)!]!;
      told++;
      notice(sim, () => {
        const { initial, factor, max, jitter } = work.backoff;
        const wait = Math.min(max, initial * factor ** work.waits++);
        const { delayMs, attempt, error } = event;
        const { id, begun } = work;
        const fits = delayMs <= wait + TINY && delayMs >= wait * (1 - jitter) - TINY;
        ensure(fits, () => `wait ${work.waits} of ${id} is ${delayMs}, not ${wait} less ${jitter} of it`);
        ensure(attempt === begun + 1, () => `attempt ${attempt} at ${id} is to follow number ${begun}`);
        ensure(
          now() + delayMs < work.dueAt,
          () => `${id} waits ${delayMs} ms, with ${work.dueAt - now()} left`,
        );
        ensure(work.last !== 'well' && work.last !== 'hopeless', () => `${id} is tried again: ${work.last}`);
        if (error.code === 'TIMEOUT') count('timeouts');
        work.nextAt = now() + delayMs;
      });
    });

    for (let id = 0; id < 5; id++) {
      const attempts = whole(sim, 1, 6);
      const initial = pick(sim, [0, 1, whole(sim, 2, 200)]);
      const factor = pick(sim, [1, 2, 1 + 3 * sim.random()]);
      const backoff = { initial, factor, max: whole(sim, initial, 600), jitter: pick(sim, [0, 0.5, 1]) };
      const policy = { attempts, backoff, timeout: 50 };
      const timeout = pick(sim, [600_000, whole(sim, 20, 400)]);
      const work: Work = {
        id,
        attempts,
        backoff,
        dueAt: now() + timeout,
        begun: 0,
        waits: 0,
        nextAt: now(),
        last: 'open',
        end: undefined,
      };
      all.push(work);
      let result: Promise<unknown>;
      if (chance(sim, 0.5)) {
        const task = house.tasks.submit(agent, id, { timeout, policy });
        ids.set(task.id, id);
        ({ result } = task);
      } else {
        const step = chance(sim, 0.5)
          ? { run: agent, policy, input: () => id }
          : { run: (_scope: unknown, context: HandlerContext) => handle(id, context), policy };
        const flow = defineWorkflow('w', { steps: [{ id: 's', ...step } as StepData] });
        const started = house.start(flow, undefined, { deadline: timeout });
        ids.set(started.id, id);
        ({ result } = started);
      }
      follow(sim, result, (end) => {
        work.end = end;
      });
      await sim.advance(whole(sim, 0, 40));
    }
    await sim.advance('10m');
    let retries = 0;
    for (const { id, end, begun, attempts, last, dueAt, backoff } of all) {
      retries += begun - 1;
      count('retried', begun - 1);
      ensure(end !== undefined, () => `${id} has no end`);
      ensure(
        end!.isOutput === (last === 'well'),
        () => `${id} ended with ${end!.code}, its last attempt ${last}`,
      );
      if (end!.isOutput) count('succeeded');
      else if (last === 'hopeless') count('hopeless');
      else if (begun === attempts) count('exhausted');
      else {
        // The shortest wait that there could have been would still have been too long, or the time was up meanwhile.
        const longest = Math.min(backoff.max, backoff.initial * backoff.factor ** (begun - 1));
        ensure(
          end!.at + longest >= dueAt - TINY,
          () => `${id} was given up after ${begun} of ${attempts} attempts`,
        );
        count('no time left');
      }
    }
    ensure(told === retries, () => `${told} retries were told, ${retries} made`);
  },
);
