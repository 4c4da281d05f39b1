import { describe, expect, it } from 'vitest';
import { MessageBroker, memoryTransport, NoResponderError, TopicTakenError } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { brokerWithDesk, leftOf, NOTHING } from '../support/broker.ts';
import { rejection, thrownBy, watch } from '../support/outcome.ts';

function setUp(limits = {}) {
  const transport = memoryTransport();
  const server = brokerWithDesk({ transport }, limits);
  const clock = new FakeClock();
  return { server, clock, client: new MessageBroker({ transport, clock }) };
}

describe('two brokers on one transport', () => {
  it('reach each other’s subscribers and responders', async () => {
    const { server, client } = setUp();
    const got: unknown[] = [];
    client.subscribe('news', (body) => got.push(body));
    server.broker.publish('news', 1);
    const answer = client.request('desk', 'question');
    await server.clock.settle();
    server.desk.job(0).finish('answer');

    expect(await answer).toBe('answer');
    expect(got).toEqual([1]);
    expect(thrownBy(() => client.respond('desk', () => 1))).toBeInstanceOf(TopicTakenError);
  });

  it('keep their own time: the sender’s timeout counts on the sender’s clock', async () => {
    const { server, client, clock } = setUp();
    const outcome = watch(client.request('desk', 1, { timeout: 100 }));
    await clock.advance(99);
    expect(outcome.state).toBe('pending');
    await clock.advance(1);

    expect(outcome.value).toMatchObject({ code: 'TIMEOUT' });
    expect(server.desk.job(0).context.signal.aborted).toBe(true);
    server.desk.job(0).finish();
    await clock.settle();
    expect(client.stats()).toMatchObject({ lateReplies: 1, timedOut: 1 });
    expect([leftOf(server.broker, server.clock), leftOf(client, clock)]).toEqual([NOTHING, NOTHING]);
  });

  it('are closed one by one: the other finds nobody, and may take the topic', async () => {
    const { server, client } = setUp();
    server.broker.subscribe('news', () => expect.unreachable());
    server.broker.close();
    client.publish('news', 1);

    expect(await rejection(client.request('desk', 1))).toBeInstanceOf(NoResponderError);
    client.respond('desk', () => 'client');
    expect(await client.request('desk', 1)).toBe('client');
  });

  it('are closed one by one: what the other sent and still waits is refused, what runs may answer', async () => {
    const { server, client, clock } = setUp({ concurrency: 1 });
    const [running, waiting] = [watch(client.request('desk', 1)), watch(client.request('desk', 2))];
    await clock.settle();
    server.broker.close();
    await clock.settle();
    expect(waiting.value).toBeInstanceOf(NoResponderError);
    server.desk.job(0).finish('answer');
    await clock.settle();

    expect({ answer: running.value, inputs: server.desk.inputs }).toEqual({ answer: 'answer', inputs: [1] });
  });
});
