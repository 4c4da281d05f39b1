/**
 * moleculer: a broker in one process, an action for each agent and an event handler for each subscriber. As it comes,
 * but for the logger: its calls have no deadline then. `moleculer-deadline.ts` gives them one.
 * A call names the action, so it is the same job as `request`; it has no choice of an agent as `ask` has.
 */
import { type Context, ServiceBroker, type ServiceSchema } from 'moleculer';
import { type Call, inWaves, oneAtATime } from './harness/call-sides.ts';
import { publishSide } from './harness/publish-side.ts';
import type { PeerSides } from './harness/types.ts';

async function startBroker(
  services: readonly ServiceSchema[],
  requestTimeout: number,
): Promise<ServiceBroker> {
  const broker = new ServiceBroker({ logger: false, requestTimeout });
  for (const service of services) broker.createService(service);
  await broker.start();
  return broker;
}

const adder = (name: string): ServiceSchema => ({
  name,
  actions: { add: async (ctx: Context<{ x: number }>) => ctx.params.x + 1 },
});

/** Calls that wait `requestTimeout` milliseconds for their answer; 0 for ever. */
export const callSides = (requestTimeout: number): PeerSides => ({
  async W1(size) {
    const broker = await startBroker([adder('adder')], requestTimeout);
    const call: Call = (x) => broker.call('adder.add', { x });
    return oneAtATime(size, call, () => broker.stop());
  },

  async W2(size) {
    const names = Array.from({ length: size }, (_, agent) => `adder-${agent}`);
    const broker = await startBroker(names.map(adder), requestTimeout);
    const agents = names.map((name): Call => {
      const action = `${name}.add`;
      return (x) => broker.call(action, { x });
    });
    return inWaves(5, agents, () => broker.stop());
  },
});

export const sides: PeerSides = {
  ...callSides(0),

  /** Awaited: without, a thousand open broadcasts wait at once, which takes longer. */
  W3(size) {
    let broker: ServiceBroker | undefined;
    return publishSide(
      size,
      async (subscribers) => {
        const started = await startBroker(
          subscribers.map((receive, subscriber) => ({
            name: `subscriber-${subscriber}`,
            events: { news: (ctx: Context<number>) => receive(ctx.params) },
          })),
          0,
        );
        broker = started;
        return (body) => started.broadcastLocal('news', body);
      },
      async () => broker?.stop(),
    );
  },
};
