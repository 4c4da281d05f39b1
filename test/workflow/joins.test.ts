import { expect, it } from 'vitest';
import { describeError } from '../../src/kernel/errors.ts';
import { JoinError } from '../../src/workflow/errors.ts';
import { atLeast, before, type Join, quorum } from '../../src/workflow/joins.ts';
import { parseStep } from '../../src/workflow/parse-step.ts';
import { compile, type Plan } from '../../src/workflow/plan.ts';
import {
  blockOf,
  joinErrorOf,
  NONE,
  nextStep,
  noLongerNeeded,
  scopeOf,
} from '../../src/workflow/schedule.ts';
import { RunState } from '../../src/workflow/state.ts';
import { thrownBy } from '../support/outcome.ts';

type Steps = Readonly<Record<string, { after?: string[]; join?: unknown; onFailure?: unknown }>>;

const run = () => 1;
const boom = describeError(new Error('boom'));

/** A run without an engine: tells the state what happens to steps by their names. */
function stage(steps: Steps) {
  const plan: Plan = compile(
    'w',
    Object.entries(steps).map(([id, step]) => parseStep(id, { run, ...step })),
  );
  const state = new RunState(plan);
  const at = (id: string) => plan.index.get(id) as number;
  const turns = () => {
    const names: string[] = [];
    for (let step = nextStep(state); step !== NONE; step = nextStep(state))
      names.push(plan.ids[step] as string);
    return names;
  };
  return {
    plan,
    state,
    at,
    turns,
    start: (id: string) => state.stepStarted(at(id), 1),
    complete: (id: string, ...output: [unknown?]) =>
      state.stepCompleted(at(id), output.length === 0 ? id : output[0]),
    fail: (id: string) => state.stepFailed(at(id), boom),
    skip: (id: string) => state.stepSkipped(at(id), { kind: 'condition' }),
    cancel: (id: string) => state.stepCancelled(at(id)),
    unneeded: (id: string) => noLongerNeeded(plan, state, at(id)).map((step) => plan.ids[step]),
    sees: (id: string) => ({ ...scopeOf(plan, state, at(id), 'in') }),
    error: (id: string) => joinErrorOf(plan, state, at(id)),
  };
}

const three = (join: unknown): Steps => ({ a: {}, b: {}, c: {}, j: { after: ['a', 'b', 'c'], join } });

it('starts a step that joins settled when all have ended, and shows it what became of each', () => {
  const { turns, complete, fail, skip, sees, error, state, plan, at } = stage(three('settled'));
  expect(turns()).toEqual(['a', 'b', 'c']);
  fail('a');
  skip('b');
  expect(turns()).toEqual([]);
  complete('c', 5);

  expect(turns()).toEqual(['j']);
  expect(blockOf(plan, state, at('j'))).toBeUndefined();
  expect(error('j')).toBeUndefined();
  expect(sees('j')).toEqual({
    input: 'in',
    a: { status: 'failed', error: boom },
    b: { status: 'skipped' },
    c: { status: 'completed', output: 5 },
  });
});

it('shows a step that joins settled an output that is undefined, and a member that was cancelled', () => {
  const { complete, cancel, sees } = stage(three('settled'));
  complete('a', undefined);
  cancel('b');
  cancel('c');

  expect(sees('j')).toStrictEqual({
    input: 'in',
    a: { status: 'completed', output: undefined },
    b: { status: 'cancelled' },
    c: { status: 'cancelled' },
  });
});

it('starts a step that joins any at the first output, whatever failed or was skipped before', () => {
  const { turns, complete, fail, sees, error } = stage(three('any'));
  turns();
  fail('a');
  expect(turns()).toEqual([]);
  complete('b');

  expect(turns()).toEqual(['j']);
  expect(error('j')).toBeUndefined();
  expect(sees('j')).toEqual({ input: 'in', b: 'b' });
});

it('has one turn for a join, whatever ends after it, and shows it nothing that came later', () => {
  const { turns, complete, fail, sees, state, start, at } = stage(three('any'));
  turns();
  complete('b');
  expect(turns()).toEqual(['j']);
  complete('a');
  expect(sees('j')).toEqual({ input: 'in', b: 'b' });
  start('j');
  fail('c');

  expect(turns()).toEqual([]);
  expect(state.statusOf(at('j'))).toBe('running');
  expect(state.left).toBe(1);
});

it('fails a step that joins any when none has an output', () => {
  const { turns, fail, skip, error } = stage(three('any'));
  turns();
  fail('a');
  skip('b');
  expect(turns()).toEqual([]);
  fail('c');

  expect(turns()).toEqual(['j']);
  expect(error('j')).toBeInstanceOf(JoinError);
  expect(error('j')).toMatchObject({
    code: 'JOIN_FAILED',
    retryable: false,
    step: 'j',
    policy: 'any',
    members: [
      { step: 'a', status: 'failed', error: boom },
      { step: 'b', status: 'skipped' },
      { step: 'c', status: 'failed', error: boom },
    ],
    message: 'Step "j" joins any of 3 steps: 2 failed, 1 skipped',
  });
});

it('starts a step that joins at least two at the second output', () => {
  const { turns, complete, sees } = stage(three(atLeast(2)));
  turns();
  complete('c');
  expect(turns()).toEqual([]);
  complete('a');

  expect(turns()).toEqual(['j']);
  expect(sees('j')).toEqual({ input: 'in', a: 'a', c: 'c' });
});

it('fails a step that joins at least two as soon as two can no longer complete', () => {
  const { turns, complete, fail, error, unneeded } = stage(three(atLeast(2)));
  turns();
  fail('a');
  expect(turns()).toEqual([]);
  fail('b');

  expect(turns()).toEqual(['j']);
  expect(error('j')?.members.map(({ status }) => status)).toEqual(['failed', 'failed', 'pending']);
  expect(unneeded('j')).toEqual(['c']);
  complete('c');
  expect(turns()).toEqual([]);
});

it('starts a step that joins a quorum when enough agree, and shows it those that agree', () => {
  const { turns, complete, sees } = stage(three(quorum(2)));
  turns();
  complete('a', { x: 1, y: [1] });
  complete('b', { x: 2 });
  expect(turns()).toEqual([]);
  complete('c', { y: [1], x: 1 });

  expect(turns()).toEqual(['j']);
  expect(Object.keys(sees('j')).sort()).toEqual(['a', 'c', 'input']);
});

it('compares of the outputs what the quorum says', () => {
  const { turns, complete, sees } = stage(three(quorum(2, ({ vote }: { vote: string }) => vote)));
  turns();
  complete('a', { vote: 'yes', by: 'a' });
  complete('c', { vote: 'yes', by: 'c' });

  expect(turns()).toEqual(['j']);
  expect(Object.keys(sees('j'))).toEqual(['input', 'a', 'c']);
});

it('goes on with the largest group of a quorum, whichever said something last', () => {
  const { turns, complete, sees, error } = stage({
    a: {},
    b: {},
    c: {},
    d: {},
    j: { after: ['a', 'b', 'c', 'd'], join: quorum(3) },
  });
  turns();
  complete('a', 1);
  complete('b', 1);
  complete('c', 2);
  complete('d', 1);

  expect(turns()).toEqual(['j']);
  expect(error('j')).toBeUndefined();
  expect(Object.keys(sees('j'))).toEqual(['input', 'a', 'b', 'd']);
});

it('fails a quorum as soon as the largest group cannot grow to it', () => {
  const { turns, complete, fail, error } = stage(three(quorum(2)));
  turns();
  complete('a', 1);
  complete('b', '1');
  expect(turns()).toEqual([]);
  fail('c');

  expect(turns()).toEqual(['j']);
  expect(error('j')?.message).toBe('Step "j" joins a quorum of 2 of 3 steps: 2 completed, 1 failed');
});

it.each([
  ['throws', () => raise(new Error('no vote'))],
  ['returns a promise', () => Promise.reject(new Error('late'))],
  ['returns what JSON cannot carry', () => 5n],
])('fails a quorum whose `by` %s, with the cause', (_what, by) => {
  const { turns, complete, error } = stage(three(quorum(2, by)));
  turns();
  complete('a');

  expect(turns()).toEqual(['j']);
  expect(error('j')?.cause).toMatchObject({ code: 'HANDLER_FAILED', handler: 'the quorum of step "j"' });
});

it('starts a step that joins before a time when all have ended, also badly', () => {
  const { turns, complete, fail, skip, sees, error } = stage(three(before('1s')));
  turns();
  fail('a');
  skip('b');
  complete('c');

  expect(turns()).toEqual(['j']);
  expect(error('j')).toBeUndefined();
  expect(sees('j')).toEqual({ input: 'in', c: 'c' });
});

it('starts a step that joins before a time when the time is up, once, with what has completed', () => {
  const { plan, state, at, turns, complete, sees, unneeded, error } = stage(three(before('1s')));
  expect(plan.timed).toEqual([at('j')]);
  turns();
  complete('b');
  state.joinTimeUp(at('j'));
  state.joinTimeUp(at('j'));

  expect(turns()).toEqual(['j']);
  expect(error('j')).toBeUndefined();
  expect(sees('j')).toEqual({ input: 'in', b: 'b' });
  expect(unneeded('j')).toEqual(['a', 'c']);
});

it('starts it although nothing has ended when the time is up', () => {
  const { state, at, turns, sees } = stage(three(before(0)));
  turns();
  state.joinTimeUp(at('j'));

  expect(turns()).toEqual(['j']);
  expect(sees('j')).toEqual({ input: 'in' });
});

it('takes no notice of the time for other steps, nor when the turn has come', () => {
  const { state, at, turns, complete } = stage(three('any'));
  turns();
  state.joinTimeUp(at('j'));
  state.joinTimeUp(at('a'));
  expect(turns()).toEqual([]);
  complete('a');
  state.joinTimeUp(at('j'));
  expect(turns()).toEqual(['j']);
  expect(turns()).toEqual([]);
});

it('names the members that nobody needs any more, with what feeds only those, in order of definition', () => {
  const { turns, complete, unneeded, start } = stage({
    deep: {},
    shared: {},
    a: { after: ['deep', 'shared'] },
    b: {},
    c: {},
    other: { after: ['shared', 'c'] },
    j: { after: ['b', 'a', 'c'], join: 'any' },
  });
  turns();
  start('deep');
  complete('b');

  expect(turns()).toEqual(['j']);
  // `shared` and `c` are needed by `other`, which waits for them.
  expect(unneeded('j')).toEqual(['deep', 'a']);
});

it('names what two members need together once, when neither is needed', () => {
  const { turns, complete, unneeded } = stage({
    root: {},
    a: { after: ['root'] },
    b: { after: ['root', 'a'] },
    c: {},
    j: { after: ['a', 'b', 'c'], join: 'any' },
  });
  turns();
  complete('c');

  expect(unneeded('j')).toEqual(['root', 'a', 'b']);
});

it('needs what another step waits for, however often it looks at what feeds the rest', () => {
  const { turns, complete, unneeded } = stage({
    d: {},
    m: { after: ['d'] },
    x: { after: ['d'] },
    q: {},
    r1: { after: ['m'] },
    r2: { after: ['m', 'q'], join: 'any' },
    c: {},
    j: { after: ['r2', 'r1', 'c'], join: 'any' },
  });
  turns();
  complete('q');
  complete('c');

  expect(turns()).toEqual(['r2', 'j']);
  expect(unneeded('j')).toEqual(['m', 'r1', 'r2']);
});

it('needs a member as long as another join waits for it', () => {
  const { turns, complete, unneeded } = stage({
    a: {},
    b: {},
    c: {},
    j: { after: ['a', 'b'], join: 'any' },
    k: { after: ['b', 'c'], join: 'settled' },
  });
  turns();
  complete('a');
  expect(unneeded('j')).toEqual([]);
});

it('gives members that were cancelled before they began no turn, and blocks nobody by them', () => {
  const { turns, complete, cancel, state, at } = stage({
    late: { after: ['b'] },
    a: {},
    b: { after: ['a'] },
    c: {},
    j: { after: ['late', 'c'], join: 'any' },
    end: { after: ['j'] },
  });
  expect(turns()).toEqual(['a', 'c']);
  complete('c');
  expect(turns()).toEqual(['j']);
  for (const id of ['late', 'a', 'b']) cancel(id);
  complete('j');

  expect(turns()).toEqual(['end']);
  expect(state.statusOf(at('b'))).toBe('cancelled');
  expect(state.statusOf(at('late'))).toBe('cancelled');
  expect(state.left).toBe(1);
});

it('drops a member whose turn had come when it is cancelled before it began', () => {
  const { turns, complete, cancel } = stage(three('any'));
  complete('a');
  cancel('b');
  cancel('c');

  expect(turns()).toEqual(['j']);
});

it('lets the run go on when a step fails that says continue, or that all after it can do without', () => {
  const { state, at } = stage({
    says: { onFailure: 'continue' },
    all: { after: ['says', 'both', 'alone'] },
    free: {},
    both: {},
    alone: {},
    any: { after: ['free', 'both'], join: 'any' },
    settled: { after: ['free'], join: 'settled' },
  });
  const tolerated = (id: string) => state.tolerated(at(id));

  expect(['says', 'free'].filter(tolerated)).toEqual(['says', 'free']);
  expect(['both', 'alone', 'all', 'any', 'settled'].filter(tolerated)).toEqual([]);
});

it('skips what waits for all of a step that failed and says continue', () => {
  const { state, plan, at, turns, fail } = stage({ a: { onFailure: 'continue' }, b: { after: ['a'] } });
  turns();
  fail('a');

  expect(turns()).toEqual(['b']);
  expect(blockOf(plan, state, at('b'))).toEqual({ kind: 'dependency', step: 'a' });
});

it('keeps no list of joins for a plan in which each step waits for all', () => {
  const { plan } = stage({ a: {}, b: { after: ['a'], join: 'all' } });

  expect(plan.joins).toBeUndefined();
  expect(plan.timed).toEqual([]);
});

it.each<[what: string, join: unknown, after: string[], rule: RegExp]>([
  ['text of another kind', 'some', ['a'], /'all', 'settled', 'any', or made by/],
  ['a number', 2, ['a'], /made by/],
  ['no steps before it', 'any', [], /left out, or `after` given/],
  ['more than there are', atLeast(3), ['a', 'b'], /for at most the 2 steps/],
  ['a quorum of more than there are', quorum(2), ['a'], /for at most the 1 steps/],
  ['a look-alike that says too much', { kind: 'atLeast', count: 1, more: 1 }, ['a'], /known options/],
])('refuses a join with %s', (_what, join, after, rule) => {
  expect(thrownBy(() => parseStep('j', { run, after, join }))).toMatchObject({
    code: 'INVALID_OPTIONS',
    owner: 'step "j"',
    option: expect.stringMatching(/^join/),
    rule: expect.stringMatching(rule),
  });
});

it.each<[() => unknown, string, string]>([
  [() => atLeast(0), 'atLeast', 'members'],
  [() => atLeast(1.5), 'atLeast', 'members'],
  [() => quorum(0), 'quorum', 'members'],
  [() => quorum(1, 'vote' as never), 'quorum', 'by'],
  [() => before('soon' as never), 'before', 'time'],
  [() => before(Infinity), 'before', 'time'],
])('refuses %s and names the argument', (call, owner, option) => {
  expect(thrownBy(call)).toMatchObject({ code: 'INVALID_OPTIONS', owner, option });
});

it('takes a join as data, such as another copy of the package makes it', () => {
  const joins: Join[] = [atLeast(1), quorum(1), before('2s')];
  for (const join of joins) {
    expect(parseStep('j', { run, after: ['a'], join: { ...join } }).join).toEqual(join);
  }
});

function raise(error: Error): never {
  throw error;
}
