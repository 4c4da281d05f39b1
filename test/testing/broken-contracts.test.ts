import { describe, expect, it } from 'vitest';
import {
  type Candidate,
  leastLoaded,
  memoryTransport,
  type Responder,
  type RoutingStrategy,
  type Subscriber,
  type Timer,
  type Transport,
} from '../../src/index.ts';
import { clockContract } from '../../src/testing/contracts/clock.ts';
import { type ContractReport, runContract } from '../../src/testing/contracts/contract.ts';
import { strategyContract } from '../../src/testing/contracts/strategy.ts';
import { transportContract } from '../../src/testing/contracts/transport.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';

/** The clauses that are broken, without the name of the contract. */
function broken({ failed }: ContractReport): string[] {
  expect(failed.every(({ error }) => error instanceof Error && error.message !== '')).toBe(true);
  return failed.map(({ clause }) => clause.replace(/^.*?: /, ''));
}

describe('the contract of transports', () => {
  const inner =
    (change: (inside: Transport) => Partial<Transport>): (() => Transport) =>
    () => {
      const inside = memoryTransport();
      const whole: Transport = {
        publish: (message) => inside.publish(message),
        subscribe: (pattern, subscriber) => inside.subscribe(pattern, subscriber),
        request: (reply) => inside.request(reply),
        topics: (pattern) => inside.topics(pattern),
        respond: (topic, responder) => inside.respond(topic, responder),
        withdraw: (topic, responder) => inside.withdraw(topic, responder),
      };
      return { ...whole, ...change(inside) };
    };
  const wrapped = (wrap: (subscriber: Subscriber) => Subscriber) =>
    inner((inside) => ({ subscribe: (pattern, subscriber) => inside.subscribe(pattern, wrap(subscriber)) }));

  const cases: [string, () => Transport, string][] = [
    [
      'matches only whole topics',
      inner((inside) => ({
        subscribe: (pattern, subscriber) => inside.subscribe(pattern.replaceAll(/[*>]/g, 'x'), subscriber),
      })),
      'brings a message to every subscription whose pattern matches, and to no other',
    ],
    [
      'delivers to everybody',
      inner((inside) => ({ subscribe: (_pattern, subscriber) => inside.subscribe('>', subscriber) })),
      'brings a message to every subscription whose pattern matches, and to no other',
    ],
    [
      'delivers a copy of the body alone',
      wrapped(({ receive, failed }) => ({
        failed,
        receive: (body, message) => receive(body, { id: message.id, topic: message.topic, body } as never),
      })),
      'brings the body, the topic and what the sender said besides',
    ],
    [
      'delivers to the last subscription first',
      inner(() => {
        const subscribers: Subscriber[] = [];
        return {
          publish: (message) => {
            for (const each of subscribers.toReversed()) each.receive(message.body, message);
          },
          subscribe: (_pattern, subscriber) => {
            subscribers.push(subscriber);
            return () => {};
          },
        };
      }),
      'serves subscriptions in the order of subscribing',
    ],
    [
      'delivers every second message later',
      inner((inside) => {
        let count = 0;
        return {
          publish: (message) => {
            if (count++ % 2 === 0) setTimeout(() => inside.publish(message), 1);
            else inside.publish(message);
          },
        };
      }),
      'keeps the order of sending between one sender and one receiver',
    ],
    [
      'throws what a receiver throws',
      inner(() => {
        const subscribers: Subscriber[] = [];
        return {
          publish: (message) => {
            for (const each of subscribers) each.receive(message.body, message);
          },
          subscribe: (_pattern, subscriber) => {
            subscribers.push(subscriber);
            return () => subscribers.splice(subscribers.indexOf(subscriber), 1);
          },
        };
      }),
      'does not let a receiver that throws keep a message from the next, and tells it',
    ],
    [
      'throws when it is asked for a topic that nobody serves',
      inner((inside) => ({
        request: (reply) => {
          if (inside.topics(reply.topic).length === 0) throw new Error('nobody');
          inside.request(reply);
        },
      })),
      'fails a request without a responder with NO_RESPONDER, not a timeout later',
    ],
    [
      'stops at a receiver that throws',
      inner(() => {
        const subscribers: Subscriber[] = [];
        return {
          publish: (message) => {
            try {
              for (const each of subscribers) each.receive(message.body, message);
            } catch {
              // The rest gets nothing.
            }
          },
          subscribe: (_pattern, subscriber) => {
            subscribers.push(subscriber);
            return () => subscribers.splice(subscribers.indexOf(subscriber), 1);
          },
        };
      }),
      'does not let a receiver that throws keep a message from the next, and tells it',
    ],
    [
      'does not watch what a receiver rejects with',
      wrapped(({ receive, failed }) => ({
        failed,
        receive: (body, message) => {
          const result = receive(body, message);
          if (result instanceof Promise) result.catch(() => {});
        },
      })),
      'tells a receiver what it rejected with',
    ],
    [
      'waits for each receiver',
      inner(() => {
        const subscribers: Subscriber[] = [];
        let last: Promise<unknown> = Promise.resolve();
        return {
          publish: (message) => {
            for (const each of subscribers) {
              last = last
                .then(() => each.receive(message.body, message))
                .catch((error) => each.failed(error, message));
            }
          },
          subscribe: (_pattern, subscriber) => {
            subscribers.push(subscriber);
            return () => {};
          },
        };
      }),
      'waits for no receiver',
    ],
    [
      'never ends a subscription',
      inner((inside) => ({
        subscribe: (pattern, subscriber) => {
          inside.subscribe(pattern, subscriber);
          return () => {};
        },
      })),
      'ends a subscription, once and for good, and no other',
    ],
    [
      'ends every subscription of a subscriber',
      inner((inside) => {
        const ends = new Map<Subscriber, (() => void)[]>();
        return {
          subscribe: (pattern, subscriber) => {
            const own = ends.get(subscriber) ?? [];
            ends.set(subscriber, own);
            own.push(inside.subscribe(pattern, subscriber));
            return () => {
              for (const end of own) end();
            };
          },
        };
      }),
      'keeps two subscriptions of one subscriber apart',
    ],
    [
      'keeps the last message for those who come later',
      inner((inside) => {
        let kept: Parameters<Transport['publish']>[0] | undefined;
        return {
          publish: (message) => {
            kept = message;
            inside.publish(message);
          },
          subscribe: (pattern, subscriber) => {
            if (kept !== undefined) subscriber.receive(kept.body, kept);
            return inside.subscribe(pattern, subscriber);
          },
        };
      }),
      'takes a message that nobody waits for, and keeps it for nobody',
    ],
    [
      'shows requests to subscriptions',
      inner((inside) => ({
        request: (reply) => {
          inside.publish(reply.message);
          inside.request(reply);
        },
      })),
      'brings a request to the responder of its topic, and to nobody else',
    ],
    [
      'loses the priority',
      inner((inside) => ({
        request: (reply) =>
          inside.request(
            new Proxy(reply, { get: (target, key) => (key === 'priority' ? 1 : bound(target, key)) }),
          ),
      })),
      'brings the priority, the sender and the headers of a request',
    ],
    [
      'delivers requests from the last to the first',
      inner((inside) => {
        let waiting: Parameters<Transport['request']>[0][] = [];
        return {
          request: (reply) => {
            waiting.unshift(reply);
            if (waiting.length > 1) return;
            setTimeout(() => {
              const all = waiting;
              waiting = [];
              for (const each of all) inside.request(each);
            }, 1);
          },
        };
      }),
      'keeps the order of the requests of one sender',
    ],
    [
      'loses the code of an error',
      inner((inside) => ({
        request: (reply) =>
          inside.request(
            new Proxy(reply, {
              get: (target, key) =>
                key === 'fail' ? (error: Error) => target.fail(new Error(error.message)) : bound(target, key),
            }),
          ),
      })),
      'brings an error back, with its code and message',
    ],
    [
      'never answers a request without a responder',
      inner((inside) => ({
        request: (reply) => {
          if (inside.topics(reply.topic).length > 0) inside.request(reply);
        },
      })),
      'fails a request without a responder with NO_RESPONDER, not a timeout later',
    ],
    [
      'hides that the sender has gone',
      inner((inside) => ({
        request: (reply) =>
          inside.request(
            new Proxy(reply, {
              get: (target, key) => (key === 'signal' ? new AbortController().signal : bound(target, key)),
              set: () => true,
            }),
          ),
      })),
      'tells the responder when the sender has given up: watcher once, signal, ended',
    ],
    [
      'does not know how much time is left',
      inner((inside) => ({
        request: (reply) =>
          inside.request(
            new Proxy(reply, {
              get: (target, key) => (key === 'timeLeft' ? () => 1_000_000 : bound(target, key)),
            }),
          ),
      })),
      'tells the responder how much time is left, and when it is up',
    ],
    [
      'takes two responders for one topic',
      inner((inside) => {
        const responders = new Map<string, Responder>();
        return {
          respond: (topic, responder) => {
            const before = responders.get(topic);
            if (before !== undefined) inside.withdraw(topic, before);
            responders.set(topic, responder);
            inside.respond(topic, responder);
          },
        };
      }),
      'gives a topic to one responder: a second is refused with TOPIC_TAKEN',
    ],
    [
      'lets anybody withdraw',
      inner((inside) => {
        const responders = new Map<string, Responder>();
        return {
          respond: (topic, responder) => {
            inside.respond(topic, responder);
            responders.set(topic, responder);
          },
          withdraw: (topic) => {
            const own = responders.get(topic);
            if (own !== undefined) inside.withdraw(topic, own);
          },
        };
      }),
      'does nothing when somebody else withdraws a responder',
    ],
    [
      'does not withdraw',
      inner(() => ({ withdraw: () => {} })),
      'frees a topic that its responder withdraws',
    ],
    [
      'lists topics by name',
      inner((inside) => ({ topics: (pattern) => inside.topics(pattern).toSorted() })),
      'lists the topics that match and have a responder, in the order of responding',
    ],
  ];

  it.each(cases)('turns red for one that %s', async (_what, make, clause) => {
    const report = await runContract((runner) => transportContract(runner, make, { withinMs: 30 }));

    expect(broken(report)).toContain(clause);
  });
});

/** A field of what a proxy stands for, that works although it is called through the proxy. */
function bound(target: object, key: string | symbol): unknown {
  const value: unknown = Reflect.get(target, key, target);
  return typeof value === 'function' ? value.bind(target) : value;
}

describe('the contract of strategies', () => {
  const choosing =
    (makeChoose: () => (request: { input: unknown }, candidates: readonly Candidate[]) => unknown) => () =>
      ({ name: 'broken', choose: makeChoose() }) as RoutingStrategy;
  const free = (candidates: readonly Candidate[]) => candidates.find(({ available }) => available);

  const cases: [string, () => RoutingStrategy, string][] = [
    ['has no name', () => ({ ...leastLoaded(), name: '' }), 'has a name'],
    [
      'answers with a promise',
      choosing(() => async (_request, candidates) => free(candidates)),
      'answers at once, with no promise',
    ],
    [
      'gives up when the first is busy',
      choosing(
        () =>
          (_request, [first]) =>
            first?.available ? first : undefined,
      ),
      'chooses somebody as long as one candidate is free',
    ],
    [
      'looks at the first three only',
      choosing(() => (_request, candidates) => free(candidates.slice(0, 3))),
      'finds the one that is free, wherever it stands',
    ],
    [
      'returns a name',
      choosing(() => (_request, candidates) => free(candidates)?.name),
      'chooses one of the candidates itself: no copy, no name',
    ],
    [
      'returns a copy',
      choosing(() => (_request, candidates) => ({ ...free(candidates) })),
      'chooses one of the candidates itself: no copy, no name',
    ],
    [
      'never chooses where there is one',
      choosing(() => (_request, candidates) => (candidates.length > 1 ? free(candidates) : undefined)),
      'chooses among one as among a thousand',
    ],
    [
      'sticks to its first choice',
      choosing(() => {
        let first: Candidate | undefined;
        return (_request, candidates) => {
          first ??= free(candidates);
          return first;
        };
      }),
      'chooses among those that it is given, whoever was there before',
    ],
    [
      'counts on beyond a list that got shorter',
      choosing(() => {
        let turn = 0;
        return (_request, candidates) => candidates[turn++ % 8] ?? (turn > 8 ? undefined : free(candidates));
      }),
      'chooses among those that it is given, whoever was there before',
    ],
    [
      'sorts the list itself',
      choosing(
        () => (_request, candidates) => free((candidates as Candidate[]).sort((a, b) => a.load - b.load)),
      ),
      'changes neither the list, nor a candidate, nor the request',
    ],
    [
      'notes its choice in the candidate',
      choosing(() => (_request, candidates) => Object.assign(free(candidates)!, { activeTasks: 9 })),
      'changes neither the list, nor a candidate, nor the request',
    ],
    [
      'counts on an input that has text',
      choosing(() => (request, candidates) => {
        const { length } = (request.input as { text: string }).text;
        return length > 0 ? free(candidates) : undefined;
      }),
      'takes any input, priority and number of an attempt',
    ],
    [
      'throws in the middle of the work',
      choosing(() => {
        let asked = 0;
        return (request, candidates) => {
          if (typeof request.input === 'number' && ++asked > 2) throw new Error('tired');
          return free(candidates);
        };
      }),
      'lets a coordinator get its work done',
    ],
  ];

  it.each(cases)('turns red for one that %s', async (_what, make, clause) => {
    const report = await runContract((runner) => strategyContract(runner, make));

    expect(broken(report)).toContain(clause);
  });
});

describe('the contract of clocks', () => {
  const changed = (change: (clock: FakeClock) => object) => (): FakeClock => {
    const clock = new FakeClock();
    return Object.assign(clock, change(clock));
  };
  const scheduling = (schedule: (set: FakeClock['schedule'], callback: () => void, ms: number) => Timer) =>
    changed((clock) => {
      const set = clock.schedule.bind(clock);
      return { schedule: (callback: () => void, ms: number) => schedule(set, callback, ms) };
    });

  const cases: [string, () => FakeClock, string][] = [
    ['has no date', changed(() => ({ now: () => Number.NaN })), 'tells the wall time in epoch milliseconds'],
    [
      'goes back',
      changed((clock) => {
        let readings = 0;
        const monotonic = clock.monotonic.bind(clock);
        return { monotonic: () => monotonic() - (readings++ % 7) };
      }),
      'counts monotonic milliseconds that never go back',
    ],
    [
      'counts seconds',
      changed((clock) => {
        const monotonic = clock.monotonic.bind(clock);
        return { monotonic: () => monotonic() / 1_000 };
      }),
      'counts monotonic milliseconds that never go back',
    ],
    [
      'repeats a callback',
      scheduling((set, callback, ms) => {
        set(callback, ms + 1);
        return set(callback, ms);
      }),
      'runs a callback once, when its time has come',
    ],
    [
      'is too slow',
      scheduling((set, callback, ms) => set(callback, ms * 2)),
      'runs a callback once, when its time has come',
    ],
    [
      'is too fast',
      scheduling((set, callback, ms) => set(callback, ms / 10_000)),
      'does not run a callback before its time',
    ],
    [
      'runs at once what is due at once',
      scheduling((set, callback, ms) => {
        if (ms > 0) return set(callback, ms);
        callback();
        return set(() => {}, 0);
      }),
      'does not run a callback inside the call that sets it',
    ],
    [
      'takes a time below zero as its amount',
      scheduling((set, callback, ms) => set(callback, Math.abs(ms))),
      'takes a time below zero as zero',
    ],
    [
      'cuts a long time to 31 bits',
      scheduling((set, callback, ms) => set(callback, ms > 2 ** 31 - 1 ? 1 : ms)),
      'takes a time that is longer than a timer of Node',
    ],
    [
      'runs all that is due in the order of setting',
      scheduling((set, callback, ms) => set(callback, Math.ceil(ms / 40) * 40)),
      'runs callbacks in the order of their times',
    ],
    [
      'forgets what a callback sets',
      changed((clock) => {
        const set = clock.schedule.bind(clock);
        let inside = false;
        return {
          schedule: (callback: () => void, ms: number) => {
            if (inside) return set(() => {}, 0);
            return set(() => {
              inside = true;
              callback();
              inside = false;
            }, ms);
          },
        };
      }),
      'runs what a callback sets, in its turn',
    ],
    [
      'does not cancel',
      scheduling((set, callback, ms) => ({ ...timerOf(set(callback, ms)), cancel: () => {} })),
      'does not run a callback that was cancelled, and runs its neighbours',
    ],
    [
      'cancels another timer when one has run',
      changed((clock) => {
        const set = clock.schedule.bind(clock);
        let last: Timer | undefined;
        return {
          schedule: (callback: () => void, ms: number) => {
            last = set(callback, ms);
            return { ...timerOf(last), cancel: () => last?.cancel() };
          },
        };
      }),
      'does nothing when a timer that has run is cancelled',
    ],
    [
      'drops a timer that was let go of',
      scheduling((set, callback, ms) => {
        const timer = set(callback, ms);
        return { ...timerOf(timer), unref: () => timer.cancel() };
      }),
      'runs a timer that was let go of, or held again, as long as time goes on',
    ],
    [
      'knows no chance',
      changed(() => ({ random: () => 0.5 })),
      'gives chances from 0 to below 1, which differ',
    ],
    [
      'gives 1',
      changed((clock) => {
        const random = clock.random.bind(clock);
        return { random: () => Math.ceil(random() * 1_000) / 1_000 + random() / 1_000 };
      }),
      'gives chances from 0 to below 1, which differ',
    ],
    [
      'gives an id twice',
      changed(() => {
        let ids = 0;
        return { id: () => `id-${++ids % 500}` };
      }),
      'gives ids that differ',
    ],
  ];

  it.each(cases)('turns red for one that %s', async (_what, make, clause) => {
    const report = await runContract((runner) =>
      clockContract(runner, make, { advance: (clock, ms) => clock.advance(ms) }),
    );

    expect(broken(report)).toContain(clause);
  });
});

function timerOf(timer: Timer): Timer {
  return { cancel: () => timer.cancel(), ref: () => timer.ref(), unref: () => timer.unref() };
}
