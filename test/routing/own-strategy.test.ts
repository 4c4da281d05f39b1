import { describe, expect, it } from 'vitest';
import { type Candidate, RoutingError, type RoutingRequest, type RoutingStrategy } from '../../src/index.ts';
import { expectAtRest, expectHealthy } from '../support/at-rest.ts';
import { deskAgent, houseWith, namedAgent, WORK } from '../support/house.ts';
import { raise, thrownBy, watch } from '../support/outcome.ts';

const choosing = (choose: RoutingStrategy['choose']): RoutingStrategy => ({ name: 'own', choose });

describe('a strategy of one’s own', () => {
  it('sees the task and every candidate in the order of registration, the same list each time', async () => {
    const seen: { request: RoutingRequest; candidates: readonly Candidate[] }[] = [];
    const routing = choosing((request, candidates) => {
      seen.push({
        request: {
          label: request.label,
          input: request.input,
          priority: request.priority,
          attempt: request.attempt,
        },
        candidates,
      });
      return candidates[1];
    });
    const { clock, house } = houseWith({
      routing,
      agents: [
        namedAgent('a'),
        namedAgent('b', { specializations: ['x'], concurrency: 3 }),
        namedAgent('c', { capabilities: ['other'] }),
      ],
    });

    expect(await house.ask(WORK, 'input', { priority: 'high' })).toBe('b');
    expect(await house.ask(WORK, 'again')).toBe('b');
    await clock.settle();
    expect(seen[0]?.request).toEqual({ label: 'work', input: 'input', priority: 2, attempt: 1 });
    expect(
      seen[0]?.candidates.map(
        ({ name, specializations, concurrency, activeTasks, available, load, performance }) => ({
          name,
          specializations,
          concurrency,
          activeTasks,
          available,
          load,
          performance,
        }),
      ),
    ).toEqual([
      {
        name: 'a',
        specializations: [],
        concurrency: 1,
        activeTasks: 0,
        available: true,
        load: 0,
        performance: 1,
      },
      {
        name: 'b',
        specializations: ['x'],
        concurrency: 3,
        activeTasks: 0,
        available: true,
        load: 0,
        performance: 1,
      },
    ]);
    expect(seen[1]?.candidates).toBe(seen[0]?.candidates);
  });

  it('is asked again for each attempt', async () => {
    const attempts: number[] = [];
    const routing = choosing(({ attempt }, candidates) => {
      attempts.push(attempt);
      return candidates[attempt - 1];
    });
    const [a, b] = [deskAgent('a'), deskAgent('b')];
    const { clock, house } = houseWith({ routing, agents: [a.agent, b.agent] });
    watch(house.ask(WORK, 1, { policy: { attempts: 2, backoff: { initial: 10, jitter: 0 } } }));
    await clock.settle();
    a.desk.job(0).fail(new Error('bad'));
    await clock.advance(10);

    expect({ attempts, tried: [a.desk.inputs, b.desk.inputs] }).toEqual({
      attempts: [1, 2],
      tried: [[1], [1]],
    });
  });

  it('that chooses a busy agent lets the task wait for that very one', async () => {
    const [a, b] = [deskAgent('a'), deskAgent('b')];
    const { clock, house } = houseWith({
      routing: choosing((_request, [first]) => first),
      agents: [a.agent, b.agent],
    });
    const outcomes = [1, 2].map((n) => watch(house.ask(WORK, n)));
    await clock.settle();
    expect([a.desk.inputs, b.desk.inputs, house.tasks.stats().waiting]).toEqual([[1], [], 1]);
    a.desk.job(0).finish();
    await clock.settle();
    a.desk.job(1).finish('by a');
    await clock.settle();

    expect([outcomes[1]?.value, b.desk.inputs]).toEqual(['by a', []]);
    expectAtRest(house, clock);
  });

  it('is asked again when the busy agent that it chose goes, as long as another could do the task', async () => {
    const [a, b] = [deskAgent('a'), deskAgent('b')];
    const { clock, house } = houseWith({
      routing: choosing((_request, [first]) => first),
      agents: [a.agent, b.agent],
    });
    const outcomes = [1, 2].map((n) => watch(house.ask(WORK, n)));
    await clock.settle();
    await house.agents.unregister('a');
    await clock.settle();

    expect(outcomes[0]?.value).toMatchObject({ code: 'AGENT_GONE' });
    expect({ state: outcomes[1]?.state, inputs: b.desk.inputs }).toEqual({ state: 'pending', inputs: [2] });
  });
});

const another = namedAgent('elsewhere');
const bad: [string, RoutingStrategy['choose'], string][] = [
  ['throws', () => raise(new TypeError('no idea')), 'threw'],
  ['throws text', () => raise('no idea'), 'threw'],
  ['gives nothing', () => undefined, 'chose something that is no candidate'],
  ['gives null', () => null as never, 'chose something that is no candidate'],
  ['gives a name', () => 'a' as never, 'chose something that is no candidate'],
  ['gives a number', () => 0 as never, 'chose something that is no candidate'],
  [
    'gives the whole list',
    (_request, candidates) => candidates as never,
    'chose something that is no candidate',
  ],
  ['gives the definition of an agent', () => another as never, 'chose something that is no candidate'],
  [
    'gives a copy of a candidate',
    (_request, [first]) => ({ ...(first as Candidate) }),
    'chose something that is no candidate',
  ],
  [
    'gives something that is like a candidate',
    (_request, [first]) => Object.create(first as Candidate),
    'chose something that is no candidate',
  ],
  [
    'gives what throws when it is looked at',
    () => new Proxy({}, { get: () => raise('get'), getPrototypeOf: () => raise('proto') }) as never,
    '',
  ],
  [
    'gives a promise',
    (async (_request: unknown, [first]: readonly Candidate[]) => first) as never,
    'chose something that is no candidate',
  ],
  [
    'gives a promise that rejects',
    (async () => raise(new Error('later'))) as never,
    'chose something that is no candidate',
  ],
];

describe.each(bad)('a strategy that %s', (_what, choose, problem) => {
  it('fails the task with ROUTING_FAILED, and the coordinator works on', async () => {
    let isBad = true;
    const routing = choosing((request, candidates) => (isBad ? choose(request, candidates) : candidates[0]));
    const { clock, house } = houseWith({ routing, agents: [namedAgent('a'), namedAgent('b')] });
    const outcome = watch(house.ask(WORK, 1, { policy: { attempts: 3 } }));
    await clock.settle();

    expect(outcome.value).toBeInstanceOf(RoutingError);
    expect(outcome.value).toMatchObject({ code: 'ROUTING_FAILED', strategy: 'own', retryable: false });
    expect((outcome.value as Error).message).toContain(problem);
    isBad = false;
    expect(await house.ask(WORK, 2)).toBe('a');
    await expectHealthy(house);
    await clock.settle();
    expectAtRest(house, clock);
  });
});

it('keeps what a strategy threw as the cause', async () => {
  const thrown = { any: 'thing' };
  const { clock, house } = houseWith({
    routing: choosing(() => raise(thrown)),
    agents: [namedAgent('a'), namedAgent('b')],
  });
  const outcome = watch(house.ask(WORK, 1));
  await clock.settle();

  expect((outcome.value as Error).cause).toBe(thrown);
});

it('does not take an agent of another coordinator', async () => {
  let foreign: Candidate | undefined;
  const other = houseWith({
    routing: choosing((_request, [first]) => {
      foreign = first;
      return first;
    }),
    agents: [namedAgent('a'), namedAgent('b')],
  });
  await other.house.ask(WORK, 1);
  const { clock, house } = houseWith({
    routing: choosing(() => foreign),
    agents: [namedAgent('a'), namedAgent('b')],
  });
  const outcome = watch(house.ask(WORK, 1));
  await clock.settle();

  expect(outcome.value).toMatchObject({ code: 'ROUTING_FAILED' });
  expect(other.house.agents.get('a')).toMatchObject({ completed: 1, activeTasks: 0 });
});

it.each([null, 'least-loaded', {}, () => 1, { choose: 'a' }])('refuses the strategy %o', (routing) => {
  expect(thrownBy(() => houseWith({ routing: routing as never }))).toMatchObject({
    code: 'INVALID_OPTIONS',
    option: 'routing',
  });
});
