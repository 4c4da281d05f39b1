import { AskLimit, RequestLimit } from '../limits/calls.ts';
import { QueueLimit } from '../limits/queue.ts';
import { Gate, pendingCalls, type Thing } from './types.ts';

/** A request whose handler has started and not answered. */
export const pendingRequest: Thing = {
  id: 'pending-request',
  title: 'pending request',
  count: 50_000,
  goalBytes: 1_200,

  async limit(count) {
    const gate = new Gate();
    const messages = new RequestLimit<number, number>();
    messages.respond('add', gate.pass);
    return pendingCalls(count, gate, (x) => messages.request('add', x));
  },

  async ours(count) {
    const { Coordinator } = await import('../../src/index.ts');
    const gate = new Gate();
    const { messages } = new Coordinator();
    messages.respond('add', gate.pass, { concurrency: count });
    return pendingCalls(count, gate, (x) => messages.request('add', x) as Promise<number>);
  },
};

/** An ask whose handler has started and not answered. */
export const pendingAsk: Thing = {
  id: 'pending-ask',
  title: 'pending ask',
  count: 50_000,

  async limit(count) {
    const gate = new Gate();
    const agents = new AskLimit<number, number>();
    agents.serve('add', gate.pass);
    return pendingCalls(count, gate, (x) => agents.ask('add', x));
  },

  async ours(count) {
    const { Coordinator, defineAgent, defineCapability } = await import('../../src/index.ts');
    const gate = new Gate();
    const add = defineCapability<number, number>('add');
    const adder = defineAgent('adder', { capabilities: [add], concurrency: count, handle: gate.pass });
    const coordinator = new Coordinator({ agents: [adder] });
    return pendingCalls(count, gate, (x) => coordinator.ask(add, x));
  },
};

/** A task that waits for an agent which is busy with one. */
export const queuedTask: Thing = {
  id: 'queued-task',
  title: 'queued task',
  count: 100_000,

  async limit(count) {
    const gate = new Gate();
    const queue = new QueueLimit(gate.pass, 1, 10);
    return pendingCalls(count, gate, (x) => queue.submit(x, x % 10));
  },

  async ours(count) {
    const { Coordinator, defineAgent, defineCapability } = await import('../../src/index.ts');
    const gate = new Gate();
    const add = defineCapability<number, number>('add');
    const adder = defineAgent('adder', { capabilities: [add], handle: gate.pass });
    const coordinator = new Coordinator({ agents: [adder], tasks: { queue: count } });
    return pendingCalls(count, gate, (x) => coordinator.ask(add, x, { priority: x % 10 }));
  },
};
