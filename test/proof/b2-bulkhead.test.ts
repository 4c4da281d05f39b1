import { defineAgent, defineCapability, type TaskHandle } from '../../src/index.ts';
import { chance, type End, ensure, follow, notice, pick, prove, whole, workAt } from './support/prove.ts';

// B2. No agent ever has more handlers running than its `concurrency`, those not counted that were abandoned after the
// grace period, and no more tasks wait than may. A full agent delays nobody else: whenever things have come to rest, a
// task waits only if every agent that could do it is full, and each free slot means that nobody waits for it.

const GRACE = 15;
const QUEUE = 4;
const left = defineCapability<number>('left');
const right = defineCapability<number>('right');

/** Who could do what is asked for by that name. */
const candidates: Readonly<Record<string, readonly string[]>> = {
  a: ['a'],
  b: ['b'],
  c: ['c'],
  left: ['a', 'b'],
  right: ['b', 'c'],
};
const slots: Readonly<Record<string, number>> = { a: 1, b: 2, c: 1 };

interface Call {
  readonly agent: string;
  readonly task: number;
}

prove(
  'keeps every agent to its slots, and lets nobody wait for a slot that is free',
  {
    faults: { handlerHang: 0.1, handlerSlow: 0.1, handlerError: 0.1, messageLost: 0.05, loopStall: 0.01 },
    latency: 25,
    atLeast: {
      started: 6_000,
      waited: 2_500,
      TIMEOUT: 1_000,
      CANCELLED: 200,
      FULL: 150,
      full: 10_000,
      abandoned: 300,
    },
  },
  async (sim, count) => {
    const house = sim.coordinator({ grace: GRACE, policy: { timeout: 60 }, tasks: { queue: QUEUE } });
    const tasks: { readonly handle: TaskHandle; readonly target: string; end: End | undefined }[] = [];
    const calls = new Set<Call>();
    /** When nobody waited any more for a call that goes on. */
    const ends = new Map<number, number>();
    const now = (): number => sim.clock.monotonic();

    const runningAt = (agent: string): number => {
      let running = 0;
      for (const call of calls) {
        if (call.agent !== agent) continue;
        // An attempt that has timed out ends the task, as there is one only; then the grace period begins.
        const endedAt = ends.get(call.task);
        if (endedAt === undefined || now() < endedAt + GRACE) running++;
      }
      return running;
    };
    const look = (): void => {
      const { waiting } = house.tasks.stats();
      ensure(waiting <= QUEUE, () => `${waiting} tasks wait`);
      for (const [agent, concurrency] of Object.entries(slots)) {
        const { activeTasks } = house.agents.get(agent)!;
        const running = runningAt(agent);
        ensure(activeTasks <= concurrency, () => `${agent} has ${activeTasks} tasks in hand`);
        ensure(running <= activeTasks, () => `${agent} has ${activeTasks} tasks in hand, and ${running} run`);
      }
    };
    for (const [name, concurrency] of Object.entries(slots)) {
      const faulty = workAt(sim, name);
      const capabilities = [...(name === 'c' ? [] : [left]), ...(name === 'a' ? [] : [right])];
      const handle = async (task: number): Promise<void> => {
        const call: Call = { agent: name, task };
        calls.add(call);
        count('started');
        notice(sim, look);
        try {
          await faulty();
        } finally {
          calls.delete(call);
        }
      };
      house.agents.register(defineAgent(name, { capabilities, concurrency, handle }));
    }
    house.events.on('task.abandoned', () => count('abandoned'));
    sim.check('agents keep to their slots, and the queue to its limit', look);
    sim.check('nobody waits for a slot that is free', () => {
      const isFree = (name: string): boolean => {
        const { activeTasks, concurrency } = house.agents.get(name)!;
        if (activeTasks === concurrency) count('full');
        return activeTasks < concurrency;
      };
      for (const { handle, target } of tasks) {
        if (handle.status !== 'waiting') continue;
        const free = candidates[target]!.filter(isFree);
        ensure(free.length === 0, () => `${handle.id} waits for ${target}, and ${free.join(', ')} is free`);
      }
    });

    for (let number = 0; number < 14; number++) {
      const target = pick(sim, Object.keys(candidates));
      const to = target === 'left' ? left : target === 'right' ? right : target;
      const timeout = pick(sim, [600_000, 600_000, whole(sim, 1, 60)]);
      const id = tasks.length;
      try {
        const handle = house.tasks.submit(to as string, id, {
          timeout,
          priority: pick(sim, ['low', 'high'] as const),
        });
        const task = { handle, target, end: undefined as End | undefined };
        tasks.push(task);
        if (handle.status === 'waiting') count('waited');
        follow(sim, handle.result, (end) => {
          task.end = end;
          ends.set(id, end.at);
          if (end.code !== undefined) count(end.code);
        });
      } catch (error) {
        const { code } = error as { code?: string };
        ensure(code === 'FULL', () => String(error));
        count('FULL');
      }
      if (chance(sim, 0.15) && tasks.length > 0) pick(sim, tasks).handle.cancel();
      if (chance(sim, 0.6)) await sim.advance(whole(sim, 0, 15));
    }
    await sim.advance('1m');
    for (const { handle, end } of tasks)
      ensure(end !== undefined, () => `${handle.id} is ${handle.status} after a minute`);
  },
);
