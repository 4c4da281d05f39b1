import { describe, expect, it } from 'vitest';
import { type Agent, defineAgent, defineCapability, FullError } from '../../src/index.ts';
import { NotRecordableError } from '../../src/testing/json-safe.ts';
import {
  NotRecordedError,
  newRecording,
  type Recording,
  recordAgent,
  replayAgent,
} from '../../src/testing/recording.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { deskAgent, houseWith } from '../support/house.ts';
import { rejection, thrownBy, watch } from '../support/outcome.ts';
import { untilAborted } from '../support/workflows.ts';

/** Through a file and back. */
const stored = (recording: Recording): Recording => JSON.parse(JSON.stringify(recording));

/** What became of each input, asked for one after the other. */
async function outcomes(agent: Agent<never, unknown>, inputs: readonly unknown[]): Promise<unknown[]> {
  const { house } = houseWith({ agents: [agent] });
  const ends: unknown[] = [];
  for (const input of inputs) {
    const end = await house.ask(agent.name, input).catch((error: Error) => error.cause);
    ends.push(end);
  }
  return ends;
}

describe('a recorded agent', () => {
  it('answers as the agent does, and its recording answers the same after it was a file', async () => {
    let calls = 0;
    const agent = defineAgent('ada', { handle: async (n: number) => ({ n, call: ++calls }) });
    const to = newRecording();
    const real = await outcomes(recordAgent(agent, { to }), [1, 2, 1]);
    const replayed = await outcomes(replayAgent(stored(to), agent), [1, 2, 1]);

    expect(real).toEqual([
      { n: 1, call: 1 },
      { n: 2, call: 2 },
      { n: 1, call: 3 },
    ]);
    expect(replayed).toEqual(real);
    expect(calls).toBe(3);
  });

  it('keeps what the definition says, and does not change it', () => {
    const agent = defineAgent('ada', { capabilities: ['work'], concurrency: 3, handle: () => 1 });
    const { handle } = agent;
    for (const other of [recordAgent(agent, { to: newRecording() }), replayAgent(newRecording(), agent)])
      expect(other).toMatchObject({ name: 'ada', concurrency: 3, capabilities: [{ name: 'work' }] });

    expect(agent.handle).toBe(handle);
  });

  it('brings errors back with name, code, message, retryable and cause', async () => {
    const cause = new RangeError('too deep');
    const thrown: unknown[] = [
      Object.assign(new TypeError('no paper', { cause }), { code: 'E_PAPER', retryable: false }),
      new FullError('queue', 3),
      'text',
      { status: 503 },
      undefined,
    ];
    const agent = defineAgent('ada', { handle: (n: number) => Promise.reject(thrown[n]) });
    const to = newRecording();
    await outcomes(recordAgent(agent, { to }), [0, 1, 2, 3, 4]);
    const [first, second, ...others] = await outcomes(replayAgent(stored(to), agent), [0, 1, 2, 3, 4]);

    expect(first).toBeInstanceOf(Error);
    expect(first).toMatchObject({
      name: 'TypeError',
      message: 'no paper',
      code: 'E_PAPER',
      retryable: false,
    });
    expect((first as Error).cause).toMatchObject({ name: 'RangeError', message: 'too deep' });
    expect(second).toMatchObject({
      name: 'FullError',
      code: 'FULL',
      message: 'The queue is full (3)',
      retryable: true,
    });
    expect(others).toEqual(['text', { status: 503 }, undefined]);
  });

  it('counts an error that says it is not retryable as the agent’s own did', async () => {
    const agent = defineAgent('ada', {
      handle: () => Promise.reject(Object.assign(new Error('gone'), { retryable: false })),
    });
    const to = newRecording();
    await outcomes(recordAgent(agent, { to }), [1]);
    const { house } = houseWith({ agents: [replayAgent(to, agent)] });

    expect(await rejection(house.ask('ada', 1, { policy: { attempts: 3 } }))).toMatchObject({
      retryable: false,
    });
    expect(house.stats().tasks.retried).toBe(0);
  });

  it('writes calls down in the order in which they started, whatever the order of their ends', async () => {
    const { agent, desk } = deskAgent('ada', { concurrency: 2 });
    const to = newRecording();
    const { clock, house } = houseWith({ agents: [recordAgent(agent, { to })] });
    const answers = [watch(house.ask(agent, 'same')), watch(house.ask(agent, 'same'))];
    await clock.settle();
    desk.job(1).finish('second');
    await clock.settle();
    expect(to.calls.map(({ status }) => status)).toEqual(['unanswered', 'completed']);
    desk.job(0).finish('first');
    await clock.settle();

    expect(answers.map(({ value }) => value)).toEqual(['first', 'second']);
    expect(to.calls).toMatchObject([{ output: 'first' }, { output: 'second' }]);
  });

  it('knows an input by its data, in whatever order its keys stand', async () => {
    const agent = defineAgent('ada', {
      handle: ({ a, b }: { a: number; b: { c: number; d: number } }) => a + b.c * b.d,
    });
    const to = newRecording();
    await outcomes(recordAgent(agent, { to }), [{ a: 1, b: { c: 2, d: 3 } }]);

    expect(await outcomes(replayAgent(to, agent), [{ b: { d: 3, c: 2 }, a: 1 }])).toEqual([7]);
    expect(await outcomes(replayAgent(to, agent), [{ a: 1, b: { c: 3, d: 2 } }])).toMatchObject([
      { code: 'NOT_RECORDED' },
    ]);
  });

  it('keeps several agents and several capabilities apart in one recording', async () => {
    const [read, write] = [
      defineCapability<string, string>('read'),
      defineCapability<string, string>('write'),
    ];
    const agent = (name: string) =>
      defineAgent(name, {
        capabilities: [read, write],
        handle: (text, ctx) => `${name} ${ctx.capability} ${text}`,
      });
    const to = newRecording();
    const work = async (agents: readonly Agent<never, unknown>[], capabilities: readonly string[]) => {
      const { house } = houseWith({ agents });
      const asked = agents.flatMap(({ name }) =>
        capabilities.map((capability) => house.ask({ agent: name, capabilities: [capability] }, 'x')),
      );
      return Promise.all(asked);
    };
    const recorded = [recordAgent(agent('a'), { to }), recordAgent(agent('b'), { to })];
    const real = await work(recorded, ['write', 'read']);

    expect(real).toEqual(['a write x', 'a read x', 'b write x', 'b read x']);
    const replaying = [replayAgent(to, agent('b')), replayAgent(to, agent('a'))];
    expect(await work(replaying, ['read', 'write'])).toEqual(real.toReversed());
  });

  it('hands out copies: what is done to an input or output changes no recording', async () => {
    const agent = defineAgent('ada', {
      handle: (list: number[]) => {
        list.push(9);
        return { list };
      },
    });
    const to = newRecording();
    const { house } = houseWith({ agents: [recordAgent(agent, { to })] });
    const output = await house.ask(agent, [1]);
    output.list.push(7);
    const replaying = replayAgent(to, agent, { atEnd: 'repeat' });
    const [first] = (await outcomes(replaying, [[1]])) as [{ list: number[] }];
    first.list.push(8);

    expect(to.calls).toEqual([{ agent: 'ada', input: [1], status: 'completed', output: { list: [1, 9] } }]);
    expect(await outcomes(replaying, [[1]])).toEqual([{ list: [1, 9] }]);
  });

  it('does not take the end of a call that was given up for the agent’s answer, and hangs as it did', async () => {
    const agent = defineAgent('ada', { handle: untilAborted });
    const to = newRecording();
    const first = houseWith({ agents: [recordAgent(agent, { to })] });
    watch(first.house.ask(agent, 1, { timeout: 100 }));
    await first.clock.advance(100);
    expect(to.calls).toEqual([{ agent: 'ada', input: 1, status: 'unanswered' }]);

    const { clock, house } = houseWith({ agents: [replayAgent(stored(to), agent)] });
    const outcome = watch(house.ask(agent, 1, { timeout: 100 }));
    await clock.advance(99);
    expect(outcome.state).toBe('pending');
    await clock.advance(1);
    expect(outcome.value).toMatchObject({ code: 'TIMEOUT' });
    expectAtRest(house, clock);
  });

  it('takes no input and no output as they are', async () => {
    const agent = defineAgent('ada', { handle: (_nothing: undefined) => undefined });
    const to = newRecording();
    await outcomes(recordAgent(agent, { to }), [undefined]);

    expect(to.calls).toEqual([{ agent: 'ada', status: 'completed' }]);
    expect(await outcomes(replayAgent(stored(to), agent), [undefined])).toEqual([undefined]);
  });
});

describe('a call that is not recorded', () => {
  it('fails with the input and what is known, and is not tried again', async () => {
    const agent = defineAgent('ada', { handle: (n: unknown) => n });
    const to = newRecording();
    await outcomes(recordAgent(agent, { to }), [{ b: 1, a: 2 }, 'tea', 'tea']);
    const [error] = await outcomes(replayAgent(to, agent), [{ z: 1 }]);

    expect(error).toBeInstanceOf(NotRecordedError);
    expect(error).toMatchObject({
      code: 'NOT_RECORDED',
      agent: 'ada',
      input: '{"z":1}',
      recorded: 0,
      known: ['{"a":2,"b":1}', '"tea"'],
      retryable: false,
    });
    expect((error as Error).message).toContain('{"z":1}');
  });

  it('fails when one input is asked for more often than it was recorded, or gets the last again', async () => {
    let calls = 0;
    const agent = defineAgent('ada', { handle: () => ++calls });
    const to = newRecording();
    await outcomes(recordAgent(agent, { to }), ['x', 'x']);

    expect(await outcomes(replayAgent(to, agent), ['x', 'x', 'x'])).toMatchObject([
      1,
      2,
      { code: 'NOT_RECORDED', recorded: 2 },
    ]);
    expect(await outcomes(replayAgent(to, agent, { atEnd: 'repeat' }), ['x', 'x', 'x', 'x'])).toEqual([
      1, 2, 2, 2,
    ]);
  });
});

const circle: { self?: unknown } = {};
circle.self = circle;
const lost: [string, unknown, string][] = [
  ['undefined', { a: undefined }, '.a'],
  ['NaN', [1, Number.NaN], '.1'],
  ['Infinity', Number.POSITIVE_INFINITY, ''],
  ['-0', -0, ''],
  ['a bigint', { n: 1n }, '.n'],
  ['a function', { deep: [{ f: () => 1 }] }, '.deep.0.f'],
  ['a symbol', Symbol('s'), ''],
  ['an object of class Date', { when: new Date(0) }, '.when'],
  ['an object of class Map', new Map(), ''],
  ['an object with symbols', { [Symbol('s')]: 1 }, ''],
  ['an array with names', Object.assign([1], { name: 'x' }), ''],
  ['an object with toJSON', { toJSON: () => 1 }, ''],
  ['a part of itself', circle, '.self'],
  // biome-ignore lint/suspicious/noSparseArray: it is what is refused
  ['undefined', [1, , 2], '.1'],
];

describe.each(lost)('%s', (found, value, path) => {
  it('is refused as an input, before the agent is called, and leaves the recording as it was', async () => {
    let calls = 0;
    const agent = defineAgent('ada', { handle: () => ++calls });
    const to = newRecording();
    const [error] = await outcomes(recordAgent(agent, { to }), [value]);

    expect(error).toBeInstanceOf(NotRecordableError);
    expect(error).toMatchObject({ code: 'NOT_RECORDABLE', path: `input${path}`, found });
    expect([calls, to.calls]).toEqual([0, []]);
  });

  it('is refused as an output', async () => {
    const to = newRecording();
    const agent = defineAgent('ada', { handle: () => value });
    const [error] = await outcomes(recordAgent(agent, { to }), [1]);

    expect(error).toMatchObject({ code: 'NOT_RECORDABLE', path: `output${path}`, found, retryable: false });
    expect(to.calls).toEqual([]);
  });
});

it('keeps a key that the language has taken', async () => {
  const output = JSON.parse('{ "__proto__": { "x": 1 }, "constructor": 2 }');
  const agent = defineAgent('ada', { handle: () => output });
  const to = newRecording();
  await outcomes(recordAgent(agent, { to }), [1]);
  const [replayed] = await outcomes(replayAgent(stored(to), agent), [1]);

  expect(JSON.stringify(replayed)).toBe(JSON.stringify(output));
});

it.each([undefined, null, {}, { format: 'cadre-recording-1' }, { format: 'other', calls: [] }, []])(
  'refuses %o as a recording',
  (value) => {
    const agent = defineAgent('ada', { handle: () => 1 });
    expect(thrownBy(() => replayAgent(value as never, agent))).toMatchObject({
      code: 'INVALID_OPTIONS',
      option: 'recording',
    });
    expect(thrownBy(() => recordAgent(agent, { to: value as never }))).toMatchObject({
      code: 'INVALID_OPTIONS',
      option: 'to',
    });
  },
);
