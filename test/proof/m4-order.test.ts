import { Coordinator, defineAgent, defineCapability } from '../../src/index.ts';
import { expectAtRest } from '../../src/testing/index.ts';
import { fifoTransport } from './support/fifo-transport.ts';
import { ensure, follow, notice, pick, prove, whole, workAt } from './support/prove.ts';

// M4. For one sender, one receiver and one priority, handlers start in the order of sending: of requests to a responder
// here and at another node, of tasks for an agent by its name, and of tasks for a capability that one agent serves.
// Nothing is promised across pairs, for the ends of handlers, or for second attempts. Messages are delayed and lost
// here; nothing is overtaken on the way, as then there is no order to keep.

const skill = defineCapability<Sent>('skill');

interface Sent {
  /** Sender, receiver and priority. */
  readonly pair: string;
  /** Counts what went from this sender to this receiver with this priority. */
  readonly number: number;
}

prove(
  'starts handlers in the order of sending',
  {
    faults: { handlerSlow: 0.05, handlerError: 0.1, handlerHang: 0.02 },
    atLeast: { started: 10_000, 'had to wait': 3_000 },
  },
  async (sim, count) => {
    const sent = new Map<string, number>();
    const started = new Map<string, number>();
    const start = ({ pair, number }: Sent): void => {
      const before = started.get(pair) ?? 0;
      notice(sim, () =>
        ensure(number > before, () => `${pair}: number ${number} starts after number ${before}`),
      );
      started.set(pair, number);
      count('started');
    };
    // Messages are late and lost in about half of the seeds each.
    const transport = fifoTransport(sim, pick(sim, [0, 0.2]), pick(sim, [0, 0.05]));
    const houses = ['n1', 'n2'].map((name) => {
      const work = workAt(sim, name);
      const handle = async (item: Sent, context: { readonly attempt: number }): Promise<void> => {
        if (context.attempt === 1) start(item);
        await work();
      };
      const house = new Coordinator({
        clock: sim.clock,
        agents: [
          defineAgent(`a-${name}`, { concurrency: 1, handle }),
          defineAgent(`b-${name}`, { concurrency: 3, capabilities: [skill], handle }),
        ],
        policy: { attempts: 2, timeout: '4s', backoff: { initial: 10 } },
        grace: '1s',
        messages: { timeout: '20s', transport },
      });
      const respond = (item: Sent): Promise<void> => {
        start(item);
        return work();
      };
      house.messages.respond(`r-${name}`, respond, { concurrency: 2 });
      house.events.onAny(({ type }) => sim.log(`${name} ${type}`));
      return { name, house };
    });

    for (let left = 8; left > 0; left--) {
      const { name, house } = pick(sim, houses);
      const other = pick(sim, ['n1', 'n2']);
      const way = pick(sim, ['request', 'agent', 'skill']);
      const priority = pick(sim, ['low', 'high'] as const);
      const pair = `${name} ${way} ${way === 'request' ? other : ''} ${priority}`;
      for (let burst = whole(sim, 1, 4); burst > 0; burst--) {
        const number = (sent.get(pair) ?? 0) + 1;
        sent.set(pair, number);
        const item = { pair, number };
        const options = { priority, timeout: '20s' } as const;
        let result: Promise<unknown>;
        if (way === 'request') result = house.messages.request(`r-${other}`, item, options);
        else if (way === 'agent') result = house.ask(`a-${name}`, item, options);
        else result = house.ask(skill, item, options);
        follow(sim, result, () => {});
        const { tasks, messages } = house.stats();
        if (tasks.waiting + messages.waiting > 0) count('had to wait');
      }
      await sim.advance(whole(sim, 0, 6));
    }
    await sim.advance('1m');
    for (const { house } of houses) {
      expectAtRest(house);
      await house.close();
    }
  },
);
