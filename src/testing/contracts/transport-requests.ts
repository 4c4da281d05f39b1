import type { Reply } from '../../index.ts';
import { claim, claimQuiet, claimSame, codeOf, outcomeOf, thrownBy } from './checks.ts';
import type { DeclareClause, TransportBench } from './transport-bench.ts';

const FAR_MS = 60_000;

/** Sends a request to `desk`, and waits until its responder has it. */
async function requestAtDesk(
  bench: TransportBench,
  options: { readonly signal?: AbortSignal; readonly timeout?: number } = {},
) {
  const { replies } = bench.respond('desk');
  const result = bench.sender().request('desk', 'question', { timeout: FAR_MS, ...options });
  // Looked at later, or never: a rejection is no surprise.
  result.catch(() => {});
  await bench.until(() => replies.length > 0, 'the request arrives');
  return { reply: replies[0] as Reply, replies, result };
}

/** What a transport promises about requests. */
export function requestClauses(clause: DeclareClause): void {
  clause('brings a request to the responder of its topic, and to nobody else', async (bench) => {
    const inbox = bench.subscribe('>');
    const other = bench.respond('other');
    const { reply, replies } = await requestAtDesk(bench);
    await bench.quiet();
    const { topic, body, message } = reply;
    claimSame({ topic, body }, { topic: 'desk', body: 'question' }, 'the request');
    claimSame(
      { topic: message.topic, body: message.body },
      { topic: 'desk', body: 'question' },
      'its message',
    );
    claimSame([replies.length, other.replies.length], [1, 0], 'requests at the topic and at another');
    claimSame(inbox.bodies, [], 'requests that a subscription got');
  });

  clause('brings the priority, the sender and the headers of a request', async (bench) => {
    const { replies } = bench.respond('desk');
    const facts = { sender: 'ada', headers: { lang: 'en' }, priority: 7, timeout: FAR_MS };
    bench
      .sender()
      .request('desk', 1, facts)
      .catch(() => {});
    await bench.until(() => replies.length > 0, 'the request arrives');
    const { priority, message } = replies[0]!;
    claimSame(
      [priority, message.sender, message.headers],
      [7, 'ada', { lang: 'en' }],
      'priority, sender, headers',
    );
  });

  clause('keeps the order of the requests of one sender', async (bench) => {
    const { replies } = bench.respond('desk', (reply) => reply.fulfil(reply.body));
    const sender = bench.sender();
    const sent = Array.from({ length: 50 }, (_, n) => n);
    const results = Promise.all(sent.map((n) => sender.request('desk', n, { timeout: FAR_MS })));
    const { output } = await outcomeOf(results, 'a row of 50 requests', bench.withinMs);
    claimSame(output, sent, 'the answers');
    claimSame(
      replies.map(({ body }) => body),
      sent,
      'the order in which requests arrived',
    );
  });

  clause('brings an output back', async (bench) => {
    const { reply, result } = await requestAtDesk(bench);
    claim(!reply.ended, 'the request had ended before it was answered');
    reply.fulfil({ answer: 42 });
    const { output } = await outcomeOf(result, 'the answered request', bench.withinMs);
    claimSame(output, { answer: 42 }, 'the output');
    claim(reply.ended, 'the request has not ended after its answer');
  });

  clause('brings an error back, with its code and message', async (bench) => {
    const { reply, result } = await requestAtDesk(bench);
    reply.fail(Object.assign(new Error('no paper'), { code: 'E_PAPER' }));
    const { error } = await outcomeOf(result, 'the failed request', bench.withinMs);
    claimSame([codeOf(error), (error as Error | undefined)?.message], ['E_PAPER', 'no paper'], 'the error');
  });

  clause('counts the first answer only, and drops the others', async (bench) => {
    const { reply, result } = await requestAtDesk(bench);
    reply.fulfil('first');
    claimQuiet(() => reply.fail(new Error('second')), 'a second answer');
    claimQuiet(() => reply.fulfil('third'), 'a third answer');
    const { output } = await outcomeOf(result, 'the answered request', bench.withinMs);
    await bench.quiet();
    claimSame(output, 'first', 'the output');
  });

  clause('tells the responder when the sender has given up: watcher once, signal, ended', async (bench) => {
    const controller = new AbortController();
    const { reply, result } = await requestAtDesk(bench, { signal: controller.signal });
    let gone = 0;
    reply.watcher = { waiterGone: () => gone++ };
    claim(!reply.signal.aborted, 'the signal had aborted before');
    controller.abort('no longer wanted');
    const { error } = await outcomeOf(result, 'the cancelled request', bench.withinMs);
    claimSame(codeOf(error), 'CANCELLED', 'the code of the error');
    await bench.until(() => gone > 0, 'the watcher is told');
    await bench.until(
      () => reply.signal.aborted && reply.ended,
      'the signal aborts, and the request has ended',
    );
    claimQuiet(() => reply.fulfil('too late'), 'a late answer');
    await bench.quiet();
    claimSame(gone, 1, 'times that the watcher was told');
  });

  clause('tells the responder how much time is left, and when it is up', async (bench) => {
    const { reply, result } = await requestAtDesk(bench, { timeout: 40 });
    const left = reply.timeLeft();
    claim(left <= 40, `of 40 ms ${left} were left`);
    const { error } = await outcomeOf(result, 'the request', bench.withinMs + 40);
    claimSame(codeOf(error), 'TIMEOUT', 'the code of the error');
    await bench.until(
      () => reply.signal.aborted && reply.ended,
      'the signal aborts, and the request has ended',
    );
  });

  clause('tells that a sender waits for ever', async (bench) => {
    const { reply } = await requestAtDesk(bench, { timeout: Number.POSITIVE_INFINITY });
    const left = reply.timeLeft();
    claim(left === Number.POSITIVE_INFINITY, `${left} ms were left`);
  });

  clause('fails a request without a responder with NO_RESPONDER, not a timeout later', async (bench) => {
    bench.respond('other');
    const result = bench.sender().request('nobody', 1, { timeout: FAR_MS });
    const { error } = await outcomeOf(result, 'the request', bench.withinMs);
    claimSame(codeOf(error), 'NO_RESPONDER', 'the code of the error');
  });

  clause('gives a topic to one responder: a second is refused with TOPIC_TAKEN', async (bench) => {
    const first = bench.respond('desk', (reply) => reply.fulfil('first'));
    const thrown = thrownBy(() => bench.respond('desk', (reply) => reply.fulfil('second')));
    claimSame(codeOf(thrown), 'TOPIC_TAKEN', 'the code of what respond threw');
    const result = bench.sender().request('desk', 1, { timeout: FAR_MS });
    const { output } = await outcomeOf(result, 'the request', bench.withinMs);
    claimSame([output, first.replies.length], ['first', 1], 'the output, and requests at the first');
  });

  clause('does nothing when somebody else withdraws a responder', async (bench) => {
    bench.respond('desk', (reply) => reply.fulfil('first'));
    claimQuiet(() => bench.transport.withdraw('desk', { receive: () => {} }), 'withdrawing by another');
    claimQuiet(
      () => bench.transport.withdraw('nobody', { receive: () => {} }),
      'withdrawing where nobody is',
    );
    const result = bench.sender().request('desk', 1, { timeout: FAR_MS });
    const { output } = await outcomeOf(result, 'the request', bench.withinMs);
    claimSame(output, 'first', 'the output');
  });

  clause('frees a topic that its responder withdraws', async (bench) => {
    const { responder } = bench.respond('desk');
    bench.transport.withdraw('desk', responder);
    const sender = bench.sender();
    const { error } = await outcomeOf(sender.request('desk', 1), 'the request', bench.withinMs);
    claimSame(codeOf(error), 'NO_RESPONDER', 'the code of the error');
    bench.respond('desk', (reply) => reply.fulfil('second'));
    const { output } = await outcomeOf(sender.request('desk', 1), 'the request', bench.withinMs);
    claimSame(output, 'second', 'the output');
  });

  clause('lists the topics that match and have a responder, in the order of responding', async (bench) => {
    const { transport } = bench;
    bench.subscribe('shop.*');
    bench.respond('shop.oslo');
    const { responder } = bench.respond('shop.bergen');
    bench.respond('shop');
    bench.respond('shop.bergen.north');
    bench.respond('desk');
    claimSame(transport.topics('shop.*'), ['shop.oslo', 'shop.bergen'], 'topics of shop.*');
    claimSame(
      transport.topics('shop.>'),
      ['shop.oslo', 'shop.bergen', 'shop.bergen.north'],
      'topics of shop.>',
    );
    claimSame(transport.topics('shop'), ['shop'], 'topics of shop');
    claimSame(transport.topics('none.*'), [], 'topics of none.*');
    transport.withdraw('shop.bergen', responder);
    claimSame(transport.topics('shop.*'), ['shop.oslo'], 'topics of shop.* after shop.bergen was withdrawn');
  });
}
