import { Coordinator, memoryTransport, type Reply, type Transport } from '../../src/index.ts';
import { type End, ensure, follow, pick, prove, sleep, whole } from './support/prove.ts';

// M2. A request settles once: with the first answer that comes in its time, with its timeout, or with its cancellation.
// Every other answer (a second, a third, one after the timeout or the cancellation) is counted as late, told as
// `reply.dropped`, and reaches nobody: neither this request nor another.
//
// The transport here answers each request itself, none to four times, at any time; the ledger below works out which of
// the answers must count.

interface Entry {
  readonly id: number;
  readonly dueAt: number;
  /** What must become of it, as far as it is decided. */
  due: 'open' | 'output' | 'error' | 'timeout' | 'cancelled';
  /** The answer that must count. */
  answer: object | undefined;
  end: End | undefined;
}

const ends = { output: 'request.completed', error: 'request.failed', timeout: 'request.failed' } as const;

prove(
  'settles a request once, and counts every other answer as late',
  {
    faults: { loopStall: 0.05, wallJump: 0.05 },
    atLeast: { late: 5_000, output: 2_000, error: 1_000, timeout: 1_000, cancelled: 150, loopStall: 200 },
  },
  async (sim, count) => {
    const ledger = new Map<unknown, Entry>();
    let late = 0;

    const offer = (reply: Reply, entry: Entry): void => {
      const answer = { request: entry.id };
      const isOutput = sim.random() < 0.6;
      if (entry.due === 'open' && sim.clock.monotonic() >= entry.dueAt) entry.due = 'timeout';
      if (entry.due === 'open') {
        entry.due = isOutput ? 'output' : 'error';
        entry.answer = answer;
      } else late++;
      if (isOutput) reply.fulfil(answer);
      else reply.fail(answer);
    };
    const inner = memoryTransport();
    const transport: Transport = {
      publish: (message) => inner.publish(message),
      subscribe: (pattern, subscriber) => inner.subscribe(pattern, subscriber),
      topics: (pattern) => inner.topics(pattern),
      respond: (topic, responder) => inner.respond(topic, responder),
      withdraw: (topic, responder) => inner.withdraw(topic, responder),
      request: (reply) => {
        const entry = ledger.get(reply.body)!;
        for (let left = whole(sim, 0, 4); left > 0; left--) {
          const delayMs = pick(sim, [0, 0, 5, 50, whole(sim, 0, 150)]);
          if (delayMs === 0) offer(reply, entry);
          else sim.clock.schedule(() => offer(reply, entry), delayMs);
        }
      },
    };
    const house = new Coordinator({ clock: sim.clock, messages: { transport } });
    const told = new Map<string, number>();
    house.events.onAny(({ type }) => told.set(type, (told.get(type) ?? 0) + 1));

    sim.check('each request has the outcome that it must have, once', () => {
      for (const { id, due, dueAt, answer, end } of ledger.values()) {
        if (due === 'open') {
          ensure(
            end === undefined || (end.code === 'TIMEOUT' && end.at >= dueAt),
            () => `${id} ended: ${end?.code}`,
          );
          continue;
        }
        ensure(end !== undefined, () => `request ${id} has no end, ${due} was due`);
        if (due === 'output' || due === 'error')
          ensure(end?.value === answer, () => `request ${id} got another answer`);
        else
          ensure(
            end?.code === (due === 'timeout' ? 'TIMEOUT' : 'CANCELLED'),
            () => `${id}: ${end?.code}, not ${due}`,
          );
      }
    });
    sim.check('every late answer is counted and told', () => {
      const { lateReplies } = house.messages.stats();
      ensure(lateReplies === late, () => `${lateReplies} late answers were counted, not ${late}`);
      return (told.get('reply.dropped') ?? 0) === late;
    });

    for (let id = 1; id <= 8; id++) {
      const body = { id };
      const timeout = whole(sim, 1, 100);
      const controller = new AbortController();
      const dueAt = sim.clock.monotonic() + timeout;
      const entry: Entry = { id, dueAt, due: 'open', answer: undefined, end: undefined };
      ledger.set(body, entry);
      follow(sim, house.messages.request('x', body, { timeout, signal: controller.signal }), (end) => {
        ensure(entry.end === undefined, () => `request ${id} ended twice`);
        entry.end = end;
      });
      if (sim.random() < 0.3) {
        const cancel = (): void => {
          if (entry.due === 'open') entry.due = entry.end === undefined ? 'cancelled' : 'timeout';
          controller.abort();
        };
        sim.clock.schedule(cancel, whole(sim, 0, 100));
      }
      await sim.advance(pick(sim, [0, 1, whole(sim, 0, 60)]));
    }
    // The last answers come 150 ms after the last request.
    await sleep(sim, 151);

    for (const entry of ledger.values()) {
      if (entry.due === 'open') entry.due = 'timeout';
      ensure(entry.end !== undefined, () => `request ${entry.id} never ended`);
      count(entry.due);
    }
    count('late', late);
    const due = (type: string) =>
      [...ledger.values()].filter((entry) => (ends[entry.due as 'output'] ?? 'request.cancelled') === type)
        .length;
    for (const type of ['request.completed', 'request.failed', 'request.cancelled'])
      ensure((told.get(type) ?? 0) === due(type), () => `${told.get(type)} times ${type}, not ${due(type)}`);
    const { pending } = house.messages.stats();
    ensure(pending === 0 && house.stats().deadlines === 0, () => `${pending} requests are left`);
    await house.close();
  },
);
