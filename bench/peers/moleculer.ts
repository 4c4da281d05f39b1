/**
 * moleculer: a broker in one process, an action for each agent and an event handler for each subscriber.
 * Everything that can be switched off is: no transporter, logger, metrics, tracing, cacher, validator and timeout,
 * and none of its internal middleware, which makes its events a third faster and its calls no slower.
 * A call names the action, so it is the same job as `request`; it has no choice of an agent as `ask` has.
 */
import { type Context, ServiceBroker, type ServiceSchema } from 'moleculer';
import { type Call, inWaves, oneAtATime } from './harness/call-sides.ts';
import { publishSide } from './harness/publish-side.ts';
import type { PeerSides } from './harness/types.ts';

async function startBroker(services: readonly ServiceSchema[]): Promise<ServiceBroker> {
  const broker = new ServiceBroker({
    logger: false,
    metrics: false,
    tracing: false,
    cacher: false,
    validator: false,
    requestTimeout: 0,
    internalServices: false,
    internalMiddlewares: false,
  });
  for (const service of services) broker.createService(service);
  await broker.start();
  return broker;
}

const adder = (name: string): ServiceSchema => ({
  name,
  actions: { add: async (ctx: Context<{ x: number }>) => ctx.params.x + 1 },
});

export const sides: PeerSides = {
  async W1(size) {
    const broker = await startBroker([adder('adder')]);
    const call: Call = (x) => broker.call('adder.add', { x });
    return oneAtATime(size, call, () => broker.stop());
  },

  async W2(size) {
    const names = Array.from({ length: size }, (_, agent) => `adder-${agent}`);
    const broker = await startBroker(names.map(adder));
    const agents = names.map((name): Call => {
      const action = `${name}.add`;
      return (x) => broker.call(action, { x });
    });
    return inWaves(5, agents, () => broker.stop());
  },

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
        );
        broker = started;
        return (body) => started.broadcastLocal('news', body);
      },
      async () => broker?.stop(),
    );
  },
};
