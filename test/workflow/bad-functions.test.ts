import { expect, it } from 'vitest';
import { defineWorkflow, type Run } from '../../src/index.ts';
import { rejection, watch } from '../support/outcome.ts';
import { causesOf, startEngine, startHouse } from '../support/workflows.ts';

const broken = new Error('broken function');
const breaks = () => {
  throw broken;
};

async function endOf(make: () => Parameters<ReturnType<typeof startEngine>['engine']['start']>[0]) {
  const { clock, engine } = startEngine();
  const run: Run = engine.start(make(), undefined);
  const result = watch(run.result);
  await clock.advance(1_000);
  return { run, result, causes: causesOf(result.value), stats: engine.stats() };
}

it.each([
  ['when', defineWorkflow('w').step('s', { run: () => 1, when: breaks })],
  ['input', defineWorkflow('w').step('s', { run: () => 1, input: breaks })],
])(
  'fails a step whose `%s` throws, without an attempt, and skips what comes after',
  async (_key, builder) => {
    const { run, causes } = await endOf(() => builder.step('next', { run: () => 1, after: ['s'] }));

    expect(causes.at(-1)).toBe(broken);
    expect(causes[1]).toMatchObject({ code: 'HANDLER_FAILED', handler: expect.stringContaining('step "s"') });
    expect(run.snapshot().steps).toMatchObject([
      { status: 'failed', attempts: 0 },
      { status: 'skipped', reason: { kind: 'dependency', step: 's' } },
    ]);
  },
);

it('does not try a broken mapping again: it would break again', async () => {
  let calls = 0;
  const { run } = await endOf(() =>
    defineWorkflow('w', { policy: { attempts: 5 } }).step('s', {
      run: () => 1,
      input: () => {
        calls++;
        breaks();
      },
    }),
  );

  expect(run.status).toBe('failed');
  expect(calls).toBe(1);
});

it.each([[undefined], [null], [0], [1], ['yes'], [{}]])(
  'fails a step whose `when` answers %s instead of true or false',
  async (answer) => {
    const { causes } = await endOf(() =>
      defineWorkflow('w').step('s', { run: () => 1, when: () => answer as never }),
    );

    expect(causes.at(-1)).toMatchObject({
      code: 'INVALID_OPTIONS',
      owner: 'step "s"',
      option: 'when',
      rule: 'a function that returns true or false',
      value: answer,
    });
  },
);

it('fails the run when `output` throws, with every step completed', async () => {
  const { run, causes, stats } = await endOf(() =>
    defineWorkflow('w')
      .step('s', { run: () => 1 })
      .output(breaks),
  );

  expect(run.snapshot()).toMatchObject({ status: 'failed', steps: [{ id: 's', status: 'completed' }] });
  expect(causes[0]).toMatchObject({ code: 'RUN_FAILED', failures: [] });
  expect(causes.at(-1)).toBe(broken);
  expect(stats).toMatchObject({ failed: 1, active: 0 });
});

it('does not call `output` of a run that failed', async () => {
  let called = false;
  const { run } = await endOf(() =>
    defineWorkflow('w')
      .step('s', { run: breaks })
      .output(() => {
        called = true;
      }),
  );

  expect(run.status).toBe('failed');
  expect(called).toBe(false);
});

it.each<[string, () => unknown, unknown]>([
  ['undefined', () => undefined, undefined],
  ['a promise', () => Promise.resolve(5), 5],
  ['a promise of a promise', () => Promise.resolve(Promise.resolve(6)), 6],
  ['a thenable', () => ({ then: (resolve: (value: number) => void) => resolve(7) }), 7],
  ['a `Map`', () => new Map([[1, 2]]), new Map([[1, 2]])],
  ['something with a `then` that is no function', () => ({ then: 8 }), { then: 8 }],
])('takes %s as the output of a step', async (_what, run, output) => {
  const { engine } = startEngine();
  const workflow = defineWorkflow('w')
    .step('s', { run })
    .step('next', { run: (scope) => ['s' in scope, scope.s], after: ['s'] })
    .output(({ next }) => next);

  expect(await engine.run(workflow, undefined)).toEqual([true, output]);
});

it.each<[string, () => unknown, unknown]>([
  [
    'throws a string',
    () => {
      throw 'text';
    },
    'text',
  ],
  [
    'throws undefined',
    () => {
      throw undefined;
    },
    undefined,
  ],
  ['rejects', () => Promise.reject(broken), broken],
  [
    'returns a thenable that rejects',
    () => ({ then: (_: unknown, reject: (e: unknown) => void) => reject(broken) }),
    broken,
  ],
  ['returns a thenable that throws', () => ({ then: breaks }), broken],
  [
    'returns something whose `then` cannot be read',
    () => ({
      get then() {
        return breaks();
      },
    }),
    broken,
  ],
])('fails a step that %s, with the thrown value as the cause', async (_what, run, thrown) => {
  const { engine } = startEngine();
  const error = await rejection(engine.run(defineWorkflow('w').step('s', { run }), undefined));
  const handlerError = (error as Error).cause as Error;

  expect(handlerError).toMatchObject({ code: 'HANDLER_FAILED', handler: 'step "s"' });
  expect(handlerError.cause).toBe(thrown);
});

it('settles a step once, by the first thing that its thenable says', async () => {
  const { engine } = startEngine();
  const twice = {
    then(resolve: (value: number) => void, reject: (error: Error) => void) {
      resolve(1);
      resolve(2);
      reject(broken);
    },
  };

  expect(await engine.run(defineWorkflow('w').step('s', { run: () => twice }), undefined)).toEqual({ s: 1 });
});

it('works on after a step threw something that breaks whoever looks at it', async () => {
  const { clock, house } = startHouse();
  const traps = ['get', 'has', 'getPrototypeOf', 'ownKeys', 'getOwnPropertyDescriptor'];
  const evil = new Proxy(new Error(), Object.fromEntries(traps.map((trap) => [trap, breaks])));
  const run = house.start(
    defineWorkflow('w').step('s', {
      run: () => {
        throw evil;
      },
      policy: { attempts: 2, backoff: { initial: 0 } },
    }),
    undefined,
  );
  await clock.advance(1_000);

  expect(run.snapshot().steps[0]).toMatchObject({ status: 'failed', attempts: 2 });
  expect(await house.run(defineWorkflow('w').step('s', { run: () => 1 }), undefined)).toEqual({ s: 1 });
});
