import { expectEqual } from '../harness/check.ts';
import type { Side, Workload } from '../harness/types.ts';
import { PublishLimit } from '../limits/publish.ts';

const topic = 'news';
const publishes = 1_000;
const expected = (publishes * (publishes - 1)) / 2;

/** A subscriber that adds up what it receives. */
interface Subscriber {
  sum: number;
}

function checkAll(subscribers: readonly Subscriber[]): void {
  for (const subscriber of subscribers) {
    expectEqual('sum', subscriber.sum, expected);
    subscriber.sum = 0;
  }
}

/** A thousand publishes to the subscribers of one topic. Size: subscribers. */
export const w3Publish: Workload = {
  id: 'W3-publish',
  title: 'publish to 100 subscribers',
  unit: 'delivery',
  goal: 1.7,
  size: 100,
  smokeSize: 100,
  ops: (size) => publishes * size,

  limit(size): Side {
    const messages = new PublishLimit<number>();
    const subscribers = Array.from({ length: size }, () => {
      const subscriber: Subscriber = { sum: 0 };
      messages.subscribe(topic, (body) => {
        subscriber.sum += body;
      });
      return subscriber;
    });
    return {
      async batch() {
        for (let i = 0; i < publishes; i += 1) messages.publish(topic, i);
      },
      check: () => checkAll(subscribers),
    };
  },

  async ours(size): Promise<Side> {
    const { Coordinator } = await import('../../src/index.ts');
    const coordinator = new Coordinator();
    const subscribers = Array.from({ length: size }, () => {
      const subscriber: Subscriber = { sum: 0 };
      coordinator.messages.subscribe(topic, (body: number) => {
        subscriber.sum += body;
      });
      return subscriber;
    });
    return {
      async batch() {
        for (let i = 0; i < publishes; i += 1) coordinator.messages.publish(topic, i);
      },
      check: () => checkAll(subscribers),
      close: async () => void (await coordinator.close()),
    };
  },
};
