import { defineAgent, defineCapability, type HandlerContext, type TaskHandle } from '../../src/index.ts';
import { chance, type End, ensure, follow, pick, prove, whole, workAt } from './support/prove.ts';

// M1. At every moment what was accepted = what was answered + failed + timed out + cancelled + what is in flight, for
// requests and for tasks, and the figures of the library are those of a ledger that is kept outside of it, by the
// outcomes that callers got. A refusal is in none of them.

const skill = defineCapability<Order>('skill');

/** What a handler is to do. */
interface Order {
  /** How many further tasks it asks for. */
  readonly asks: number;
}

class Ledger {
  accepted = 0;
  replied = 0;
  failed = 0;
  timedOut = 0;
  cancelled = 0;

  get inFlight(): number {
    return this.accepted - this.replied - this.failed - this.timedOut - this.cancelled;
  }

  ended({ isOutput, code }: End): void {
    if (isOutput) this.replied++;
    else if (code === 'CANCELLED' || code === 'CLOSED') this.cancelled++;
    else if (code === 'TIMEOUT') this.timedOut++;
    else this.failed++;
  }
}

prove(
  'accounts for every request and every task at every moment',
  {
    faults: {
      handlerError: 0.15,
      handlerHang: 0.1,
      handlerSlow: 0.1,
      messageLost: 0.1,
      messageDuplicated: 0.1,
      messageDelayed: 0.1,
      messageReordered: 0.1,
      loopStall: 0.02,
    },
    latency: 30,
    atLeast: {
      answered: 2_500,
      HANDLER_FAILED: 200,
      TIMEOUT: 1_500,
      CANCELLED: 200,
      refused: 50,
      NO_RESPONDER: 500,
    },
  },
  async (sim, count) => {
    const requests = new Ledger();
    const tasks = new Ledger();
    const note = (end: End): void => count(end.isOutput ? 'answered' : String(end.code));

    const handle = async ({ asks }: Order, { ask }: HandlerContext): Promise<void> => {
      const below: Promise<unknown>[] = [];
      for (let left = asks; left > 0; left--) {
        const result = ask(skill, { asks: 0 });
        below.push(result);
        // What is refused is refused at once, and told one turn later. Tasks with one attempt are never refused later.
        tasks.accepted++;
        follow(sim, result, (end) => {
          if (end.code !== 'FULL') return tasks.ended(end);
          tasks.accepted--;
          count('refused');
        });
      }
      await Promise.all(below);
    };
    const agentOf = (name: string) =>
      sim.agent(defineAgent(name, { capabilities: [skill], concurrency: 2, handle }));
    const house = sim.coordinator({
      grace: 100,
      policy: { timeout: '2s' },
      tasks: { queue: 2 },
      messages: { timeout: '1s', pending: 6 },
    });
    for (const name of ['a', 'b']) house.agents.register(agentOf(name));
    const { messages } = house;
    const work = workAt(sim, 'r');
    let stop = messages.respond('r', work, {
      concurrency: 1,
      waiting: 2,
    });
    messages.respond('gone', () => 0);

    sim.check('requests add up, and are those of the ledger', () => {
      const { requested, replied, failed, timedOut, cancelled, pending } = messages.stats();
      const own = { requested, replied, failed, timedOut, cancelled, pending };
      const { accepted, inFlight, ...rest } = { ...requests, inFlight: requests.inFlight };
      same(own, { requested: accepted, ...rest, pending: inFlight });
    });
    sim.check('tasks add up, and are those of the ledger', () => {
      const { submitted, completed, failed, cancelled, waiting, active } = house.tasks.stats();
      const inFlight = submitted - completed - failed - cancelled;
      same(
        { submitted, completed, failed, cancelled, inFlight },
        {
          submitted: tasks.accepted,
          completed: tasks.replied,
          failed: tasks.failed + tasks.timedOut,
          cancelled: tasks.cancelled,
          inFlight: tasks.inFlight,
        },
      );
      ensure(waiting <= inFlight && active <= 4, () => `${waiting} wait and ${active} run of ${inFlight}`);
    });

    const asked = [0, 0, 1, 2];
    const handles: TaskHandle[] = [];
    const controllers: AbortController[] = [];
    for (let left = 14; left > 0; left--) {
      const kind = sim.random();
      const timeout = pick(sim, ['1s', whole(sim, 1, 60)] as const);
      const controller = new AbortController();
      controllers.push(controller);
      const { signal } = controller;
      if (kind < 0.4) {
        const topic = pick(sim, ['r', 'r', 'r', 'nobody']);
        const isFull = messages.stats().pending >= 6;
        if (!isFull) requests.accepted++;
        follow(sim, messages.request(topic, left, { timeout, signal }), (end) => {
          if (!isFull) requests.ended(end);
          if (end.code === 'FULL') count('refused');
          note(end);
        });
      } else if (kind < 0.8) {
        try {
          const task = house.tasks.submit(skill, { asks: pick(sim, asked) }, { timeout, signal });
          tasks.accepted++;
          handles.push(task);
          follow(sim, task.result, (end) => {
            tasks.ended(end);
            note(end);
          });
        } catch (error) {
          ensure((error as { code?: string }).code === 'FULL', () => String(error));
          count('refused');
        }
      } else if (kind < 0.85) {
        stop();
        stop = messages.respond('r', work, {
          concurrency: 1,
          waiting: 2,
        });
      } else if (chance(sim, 0.5)) pick(sim, controllers).abort();
      else if (handles.length > 0) pick(sim, handles).cancel();
      await sim.advance(whole(sim, 0, 25));
    }
  },
);

function same(figures: Readonly<Record<string, number>>, ledger: Readonly<Record<string, number>>): void {
  for (const [name, figure] of Object.entries(figures))
    ensure(figure === ledger[name], () => `${name} is ${figure}, not ${ledger[name]} as in the ledger`);
}
