import { claim, claimQuiet, claimSame } from './checks.ts';
import type { DeclareClause } from './transport-bench.ts';

const PATTERNS: readonly (readonly [pattern: string, topics: readonly string[]])[] = [
  ['a', ['a']],
  ['*', ['a', 'b']],
  ['a.*', ['a.b', 'a.c']],
  ['*.b', ['a.b', 'c.b']],
  ['a.>', ['a.b', 'a.c', 'a.b.c']],
  ['a.*.c', ['a.b.c']],
  ['>', ['a', 'b', 'a.b', 'a.c', 'c.b', 'a.b.c']],
];
const TOPICS = ['a', 'b', 'a.b', 'a.c', 'c.b', 'a.b.c'];

/** What a transport promises about messages. */
export function messageClauses(clause: DeclareClause): void {
  clause('brings a message to every subscription whose pattern matches, and to no other', async (bench) => {
    const inboxes = PATTERNS.map(([pattern]) => bench.subscribe(pattern));
    const sender = bench.sender();
    for (const topic of TOPICS) sender.publish(topic, topic);
    await bench.until(
      () => inboxes.every(({ bodies }, index) => bodies.length >= PATTERNS[index]![1].length),
      'every subscription has what matches',
    );
    await bench.quiet();
    for (const [index, [pattern, topics]] of PATTERNS.entries())
      claimSame(inboxes[index]!.bodies, topics, `topics that reached the pattern ${pattern}`);
  });

  clause('brings the body, the topic and what the sender said besides', async (bench) => {
    const inbox = bench.subscribe('news.*');
    bench.sender().publish('news.sea', { tide: 'high' }, { sender: 'ada', headers: { lang: 'en' } });
    await bench.until(() => inbox.messages.length > 0, 'the message arrives');
    const { topic, body, sender, headers, id } = inbox.messages[0]!;
    claimSame(inbox.bodies[0], { tide: 'high' }, 'the body');
    claimSame(
      { topic, body, sender, headers },
      { topic: 'news.sea', body: { tide: 'high' }, sender: 'ada', headers: { lang: 'en' } },
      'the message',
    );
    claim(typeof id === 'string' && id !== '', `the message has the id ${JSON.stringify(id)}`);
  });

  clause('serves subscriptions in the order of subscribing', async (bench) => {
    const order: number[] = [];
    for (const [number, pattern] of ['>', 'a.b', 'a.*', 'a.b', '*.b'].entries())
      bench.subscribe(pattern, () => order.push(number));
    bench.sender().publish('a.b', 1);
    await bench.until(() => order.length >= 5, 'five subscriptions have the message');
    claimSame(order, [0, 1, 2, 3, 4], 'the order in which subscriptions got a message');
  });

  clause('keeps the order of sending between one sender and one receiver', async (bench) => {
    const inbox = bench.subscribe('a.*');
    const sender = bench.sender();
    const sent = Array.from({ length: 100 }, (_, n) => n);
    for (const n of sent) sender.publish(`a.${n % 3}`, n);
    await bench.until(() => inbox.bodies.length >= sent.length, '100 messages arrive');
    claimSame(inbox.bodies, sent, 'the order in which messages arrived');
  });

  clause('does not let a receiver that throws keep a message from the next, and tells it', async (bench) => {
    const thrown = new Error('no paper');
    const bad = bench.subscribe('a', () => {
      throw thrown;
    });
    const next = bench.subscribe('a');
    const sender = bench.sender();
    for (const n of [1, 2]) sender.publish('a', n);
    await bench.until(() => next.bodies.length >= 2, 'the next receiver has both messages');
    claimSame(bad.bodies, [1, 2], 'what the receiver that throws got');
    await bench.until(() => bad.failures.length >= 2, 'the receiver that threw is told both times');
    claim(bad.failures[0] === thrown, 'the receiver was told something else than what it threw');
    claimSame(next.failures.length, 0, 'failures that the next receiver was told');
  });

  clause('tells a receiver what it rejected with', async (bench) => {
    const rejected = Promise.reject(new Error('no paper'));
    // A transport that does not watch it breaks this clause, and not the process.
    rejected.catch(() => {});
    const bad = bench.subscribe('a', () => rejected);
    bench.sender().publish('a', 1);
    await bench.until(() => bad.failures.length > 0, 'the receiver that rejected is told');
    claimSame((bad.failures[0] as Error).message, 'no paper', 'what the receiver was told');
  });

  clause('waits for no receiver', async (bench) => {
    const slow = bench.subscribe('a', () => new Promise(() => {}));
    const next = bench.subscribe('a');
    const sender = bench.sender();
    for (const n of [1, 2, 3]) sender.publish('a', n);
    await bench.until(() => next.bodies.length >= 3, 'the next receiver has all messages');
    await bench.until(() => slow.bodies.length >= 3, 'the receiver that hangs has all messages');
  });

  clause('ends a subscription, once and for good, and no other', async (bench) => {
    const [first, second] = [bench.subscribe('a'), bench.subscribe('a')];
    const sender = bench.sender();
    sender.publish('a', 1);
    await bench.until(() => first.bodies.length + second.bodies.length >= 2, 'both have the first message');
    first.end();
    first.end();
    sender.publish('a', 2);
    await bench.until(() => second.bodies.length >= 2, 'the other has the second message');
    await bench.quiet();
    claimSame(first.bodies, [1], 'what an ended subscription got');
    claimSame(second.bodies, [1, 2], 'what the other subscription got');
  });

  clause('keeps two subscriptions of one subscriber apart', async (bench) => {
    const got: unknown[] = [];
    const subscriber = { receive: (body: unknown) => got.push(body), failed: () => {} };
    const ends = [bench.transport.subscribe('a', subscriber), bench.transport.subscribe('a', subscriber)];
    const sender = bench.sender();
    sender.publish('a', 1);
    await bench.until(() => got.length >= 2, 'both subscriptions have the message');
    ends[0]?.();
    sender.publish('a', 2);
    await bench.until(() => got.length >= 3, 'the one that is left has the message');
    await bench.quiet();
    ends[1]?.();
    claimSame(got, [1, 1, 2], 'what the subscriber got');
  });

  clause('takes a message that nobody waits for, and keeps it for nobody', async (bench) => {
    bench.respond('a');
    claimQuiet(() => bench.sender().publish('a', 1), 'publish');
    await bench.quiet();
    const late = bench.subscribe('a');
    await bench.quiet();
    claimSame(late.bodies, [], 'what somebody got who subscribed later');
  });
}
