import { type Message, memoryTransport, type Reply, type Transport } from '../../../src/index.ts';
import type { Simulation } from '../../../src/testing/index.ts';

/**
 * A transport on which some messages are late or lost, and none overtakes another to the same topic: what comes behind
 * a late one arrives right after it.
 *
 * @param late The share that is late, by up to 500 ms. @param lost The share that never arrives.
 */
export function fifoTransport(sim: Simulation, late: number, lost: number): Transport {
  const inner = memoryTransport();
  const lines = new Map<string, (() => void)[]>();

  const flush = (topic: string): void => {
    const line = lines.get(topic) ?? [];
    lines.delete(topic);
    for (const handOver of line) handOver();
  };
  const carry = (topic: string, handOver: () => void): void => {
    if (sim.random() < lost) return;
    const line = lines.get(topic);
    if (line !== undefined) line.push(handOver);
    else if (sim.random() < late) {
      lines.set(topic, [handOver]);
      sim.clock.schedule(() => flush(topic), 1 + Math.floor(500 * sim.random()));
    } else handOver();
  };
  return {
    publish: (message: Message) => carry(message.topic, () => inner.publish(message)),
    request: (reply: Reply) => carry(reply.topic, () => inner.request(reply)),
    subscribe: (pattern, subscriber) => inner.subscribe(pattern, subscriber),
    topics: (pattern) => inner.topics(pattern),
    respond: (topic, responder) => inner.respond(topic, responder),
    withdraw: (topic, responder) => inner.withdraw(topic, responder),
  };
}
