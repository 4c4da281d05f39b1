import { describe, expect, expectTypeOf, it } from 'vitest';
import { defineWorkflow, type Run } from '../../src/index.ts';
import { EventLog, eventLog } from '../../src/testing/event-log.ts';
import { type CadreMatchers, matchers } from '../../src/testing/matchers.ts';
import { deskAgent, houseWith, namedAgent, WORK } from '../support/house.ts';
import { rejection, thrownBy, watch } from '../support/outcome.ts';
import { failing, never, takes } from '../support/workflows.ts';

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void>, T> extends CadreMatchers<R, T> {}
}

expect.extend(matchers);

/** What a failed expectation says. */
function saidBy(expectation: () => unknown): string {
  return (thrownBy(expectation) as Error).message;
}

/** The same for one that is awaited. */
async function saidLater(expectation: PromiseLike<unknown>): Promise<string> {
  return ((await rejection(expectation)) as Error).message;
}

/** a, then b after it; c beside them; none of them takes time. */
const three = defineWorkflow('three')
  .step('a', { run: async () => 1 })
  .step('b', { run: () => 2, after: ['a'] })
  .step('c', { run: async () => 3 })
  .step('no', { run: () => 4, when: () => false });

describe('toHaveRunBefore', () => {
  it('goes by the order of events, also where no time passes', async () => {
    const { house } = houseWith();
    const run = house.start(three, undefined);
    await run.result;

    await expect(run).toHaveRunBefore('a', 'b');
    await expect(run).not.toHaveRunBefore('b', 'a');
    await expect(run).not.toHaveRunBefore('a', 'c');
    await expect(run).not.toHaveRunBefore('c', 'a');
    await expect(run).not.toHaveRunBefore('a', 'no');
  });

  it('says what was found', async () => {
    const { house } = houseWith();
    const run = house.start(three, undefined, { id: 'r' });
    await run.result;

    expect(await saidLater(expect(run).toHaveRunBefore('a', 'c'))).toBe(
      'expected step "a" to have run before "c": in run "r" "c" started before "a" ended',
    );
    expect(await saidLater(expect(run).not.toHaveRunBefore('a', 'b'))).toBe(
      'expected step "a" not to have run before "b": in run "r" "a" ended, and then "b" started',
    );
    expect(await saidLater(expect(run).toHaveRunBefore('no', 'b'))).toContain('"no" never started');
    expect(await saidLater(expect(run).toHaveRunBefore('a', 'no'))).toContain('"no" never started');
  });

  it('counts a step that failed, and the last of its attempts', async () => {
    const { clock, house } = houseWith();
    const policy = { attempts: 2, backoff: { initial: 10, jitter: 0 } };
    const workflow = defineWorkflow('w')
      .step('bad', { run: failing([new Error('1'), new Error('2')]).handle, policy })
      .step('early', { run: takes(clock, 5) })
      .step('middle', { run: () => 1, after: ['early'] })
      .step('wait', { run: takes(clock, 50) })
      .step('late', { run: () => 1, after: ['wait'] });
    const run = house.start(workflow, undefined);
    watch(run.result);
    await clock.advance(60);

    await expect(run).toHaveRunBefore('bad', 'late');
    await expect(run).not.toHaveRunBefore('bad', 'middle');
  });

  it('never passes for a step that there is not, nor for a run that is under way', async () => {
    const { clock, house } = houseWith();
    const run = house.start(three, undefined);
    await run.result;
    expect(await saidLater(expect(run).not.toHaveRunBefore('a', 'typo'))).toMatch(
      /no step "typo"; its steps are "a", "b"/,
    );
    const open = house.start(
      defineWorkflow('w').step('a', { run: never }).step('b', { run: never }),
      undefined,
    );
    await clock.settle();

    expect(await saidLater(expect(open).not.toHaveRunBefore('a', 'b'))).toContain(
      'is running; await its result first',
    );
  });

  it('looks at a log at once, and there at every run that has the steps', async () => {
    const { house } = houseWith();
    const log = eventLog(house);
    await house.run(three, undefined, { id: 'first' });
    const other = defineWorkflow('other')
      .step('b', { run: () => 1 })
      .step('a', { run: () => 2, after: ['b'] });
    expect(log).toHaveRunBefore('a', 'b');
    await house.run(other, undefined, { id: 'second' });

    expect(log).not.toHaveRunBefore('a', 'b');
    expect(saidBy(() => expect(log).toHaveRunBefore('a', 'b'))).toContain(
      'in run "second" "b" started before "a" ended',
    );
    expect(log.of({ run: 'first' })).toHaveRunBefore('a', 'b');
    expect(saidBy(() => expect(log).not.toHaveRunBefore('a', 'typo'))).toContain(
      'nothing in the log is about a step "typo"',
    );
  });
});

describe('toHaveAttempts', () => {
  it('counts the attempts at a step', async () => {
    const { clock, house } = houseWith();
    const policy = { attempts: 3, backoff: { initial: 10, jitter: 0 } };
    const workflow = defineWorkflow('w')
      .step('flaky', { run: failing([new Error('1'), new Error('2')], 'ok').handle, policy })
      .step('never', { run: () => 1, when: () => false });
    const run = house.start(workflow, undefined);
    await clock.advance(30);

    expect(run).toHaveAttempts('flaky', 3);
    expect(run).toHaveAttempts('never', 0);
    expect(run).not.toHaveAttempts('flaky', 2);
    expect(saidBy(() => expect(run).toHaveAttempts('flaky', 1))).toBe(
      'expected step "flaky" to have 1 attempts: 3 were made, and it is completed',
    );
    expect(saidBy(() => expect(run).not.toHaveAttempts('flaky', 3))).toContain('not to have 3 attempts');
    expect(saidBy(() => expect(run).not.toHaveAttempts('typo', 3))).toContain('no step "typo"');
  });
});

describe('toHaveBeenRoutedTo', () => {
  it('finds who was given a task, an attempt, or the task of a step', async () => {
    const { clock, house } = houseWith({
      agents: [
        namedAgent('a', { policy: { attempts: 2, backoff: { initial: 0 } } }),
        namedAgent('b'),
        namedAgent('z', { capabilities: ['other'] }),
      ],
    });
    const log = eventLog(house);
    const tasks = [house.tasks.submit(WORK, 1), house.tasks.submit(WORK, 2)] as const;
    await Promise.all(tasks.map(({ result }) => result));
    const workflow = defineWorkflow('w').step('s', { run: { capabilities: ['other'] }, input: () => 1 });
    const run = house.start(workflow, undefined);
    await run.result;
    await clock.settle();

    expect(log.agents).toEqual(['a', 'b', 'z']);
    expect(log).toHaveBeenRoutedTo('a');
    expect(log).toHaveBeenRoutedTo('a', 'z');
    expect(log).not.toHaveBeenRoutedTo('b', 'a');
    expect(log.of({ task: tasks[0] })).toHaveBeenRoutedTo('a');
    expect(log.of({ task: tasks[1].id })).not.toHaveBeenRoutedTo('a');
    expect(log.of({ run, step: 's' })).toHaveBeenRoutedTo('z');
    expect(log.of({ target: 'other' }).agents).toEqual(['z']);
    expect(saidBy(() => expect(log.of({ step: 's' })).toHaveBeenRoutedTo('a', 'b'))).toBe(
      'expected attempts to be given to a, then b: they were given to z',
    );
    expect(saidBy(() => expect(log.of({ step: 'none' })).toHaveBeenRoutedTo('a'))).toContain(
      'given to no agent',
    );
    expect(saidBy(() => expect(log).not.toHaveBeenRoutedTo('a'))).toContain('not to be given to a');
  });

  it('wants a name', () => {
    const log = eventLog(houseWith().house);
    expect(saidBy(() => expect(log).not.toHaveBeenRoutedTo())).toContain('name an agent');
  });
});

describe('toBeAtRest', () => {
  it('is what expectAtRest says', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    expect(house).toBeAtRest({ clock });
    watch(house.ask(agent, 1));
    await clock.settle();
    expect(house).not.toBeAtRest();
    expect(saidBy(() => expect(house).toBeAtRest({ clock }))).toMatch(/to be at rest: .*1 tasks at an agent/);
    desk.job(0).finish();
    await clock.settle();

    expect(house).toBeAtRest({ clock });
    expect(saidBy(() => expect(house).not.toBeAtRest())).toContain('nothing is under way');
  });
});

it('never passes for what it can not look at, also not with `.not`', () => {
  for (const subject of [undefined, null, 1, {}, 'run', []]) {
    for (const look of [
      () => expect(subject).not.toHaveAttempts('a', 1),
      () => expect(subject).not.toHaveBeenRoutedTo('a'),
      () => expect(subject).not.toBeAtRest(),
    ])
      expect(thrownBy(look)).toBeInstanceOf(TypeError);
  }
});

describe('an event log', () => {
  it('has everything from its making on, in true order, until it is stopped', async () => {
    const { house } = houseWith({ agents: [namedAgent('ada')] });
    await house.ask('ada', 0);
    const log = eventLog(house);
    await house.ask('ada', 1);
    expect(log.types).toEqual(['task.submitted', 'task.started', 'task.completed']);
    log.stop();
    await house.ask('ada', 2);

    expect(log.events).toHaveLength(3);
    expect(house.stats().events.listeners).toBe(0);
  });

  it('has parts that go on with it', async () => {
    const { house } = houseWith({ agents: [namedAgent('ada'), namedAgent('bob')] });
    using log = eventLog(house);
    const part = log.of({ target: 'agent bob' });
    await house.ask('ada', 1);
    expect(part.events).toEqual([]);
    await house.ask('bob', 1);

    expect(part.agents).toEqual(['bob']);
    expect(part).toBeInstanceOf(EventLog);
  });

  it('narrows a part further, and takes what fulfils everything that is said', async () => {
    const { house } = houseWith();
    using log = eventLog(house);
    for (const id of ['first', 'second']) await house.run(three, undefined, { id });
    const both = log.of({ run: 'first', step: 'a' });

    expect(both.types).toEqual(['step.started', 'step.completed']);
    expect(log.of({ step: 'a' }).events).toHaveLength(4);
    expect(log.of({ step: 'a' }).of({ run: { id: 'first' } }).events).toEqual(both.events);
    expect(log.of({}).events).toEqual(log.events);
  });
});

it('must be awaited where it looks at a run, by its type', () => {
  type Looking<T> = CadreMatchers<void, T>['toHaveRunBefore'];
  expectTypeOf<ReturnType<Looking<Run<string>>>>().toEqualTypeOf<Promise<void>>();
  expectTypeOf<ReturnType<Looking<EventLog>>>().toEqualTypeOf<void>();
});
