import { describe, expect, it } from 'vitest';
import {
  type CoordinatorOptions,
  defineAgent,
  defineCapability,
  defineWorkflow,
  gate,
  type HandlerContext,
  type Run,
  signal,
  type Workflow,
} from '../../../src/index.ts';
import { rejection } from '../../support/outcome.ts';
import { never, untilAborted } from '../../support/workflows.ts';
import { type Life, Lives } from './lives.ts';

/** Notes what begins; what is held does not end. */
class Work {
  readonly begun: string[] = [];
  held: string | undefined;
  do(id: string): string | Promise<never> {
    this.begun.push(id);
    return id === this.held ? never() : id;
  }
}

type Options = Omit<CoordinatorOptions, 'store' | 'clock'>;

async function begun(lives: Lives, workflow: Workflow<undefined, unknown>, options: Options = {}) {
  const life = lives.begin(options);
  const run = life.coordinator.start(workflow, undefined, { id: 'r' });
  await lives.clock.advance(1);
  return { ...life, run };
}

async function takenUp(
  lives: Lives,
  life: Life,
  workflow: Workflow<undefined, unknown>,
  options: Options = {},
) {
  life.kill();
  await lives.clock.advance('1m');
  const next = lives.begin({ ...options, workflows: { definitions: [workflow] } });
  const { resumed } = await next.coordinator.resume();
  await lives.clock.advance(1);
  return { ...next, run: resumed[0] as Run };
}

describe('a step that is made of others, over the end of its process', () => {
  const work = new Work();
  const look = defineCapability<string, string>('look');
  const agents = ['ada', 'bob'].map((name) =>
    defineAgent(name, { capabilities: [look], handle: () => work.do(name) }),
  );
  const inner = defineWorkflow('inner')
    .step('x', { run: () => work.do('x') })
    .step('y', { after: ['x'], run: () => work.do('y') });
  const shapes: readonly (readonly [string, Workflow<undefined, unknown>, string, unknown])[] = [
    [
      'a workflow',
      defineWorkflow('flow').step('s', { run: inner, input: () => undefined }) as never,
      'x y|y',
      { x: 'x', y: 'y' },
    ],
    [
      'a workflow in a workflow',
      defineWorkflow('flow').step('s', {
        run: defineWorkflow('middle').step('in', { run: inner, input: () => undefined }),
        input: () => undefined,
      }) as never,
      'x y|y',
      { in: { x: 'x', y: 'y' } },
    ],
    [
      'a forEach, whose order is kept',
      defineWorkflow('flow').forEach('s', {
        over: () => ['x', 'y', 'z'],
        run: (item: string) => work.do(item),
      }) as never,
      'x y z|y',
      ['x', 'y', 'z'],
    ],
    [
      'a repeat',
      defineWorkflow('flow').repeat('s', {
        run: (round: number) => Promise.resolve(work.do(['', 'x', 'y', 'z'][round]!)),
        input: ({ round }) => round,
        until: (output) => output === 'z',
        most: 5,
      }) as never,
      'x y|y z',
      'z',
    ],
    [
      'a branch',
      defineWorkflow('flow').branch('s', {
        on: () => 'two',
        cases: { one: { run: () => work.do('x') }, two: { run: () => work.do('y') } },
      }) as never,
      'y|y',
      'y',
    ],
    [
      'a race',
      defineWorkflow('flow').race('s', {
        members: { slow: { run: never }, y: { run: () => work.do('y') } },
      }) as never,
      'y|y',
      { winner: 'y', output: 'y' },
    ],
    [
      'a scatter',
      defineWorkflow('flow').scatter('s', { run: look, input: () => 'it' }) as never,
      'ada bob|bob',
      [
        { agent: 'ada', output: 'ada' },
        { agent: 'bob', output: 'bob' },
      ],
    ],
  ];

  it.each(shapes)('%s runs only what is not on record', async (shape, flow, expected, output) => {
    const lives = new Lives();
    work.begun.length = 0;
    work.held = shape === 'a scatter' ? 'bob' : 'y';
    const first = await begun(lives, flow, { agents });
    const before = [...work.begun];
    work.begun.length = 0;
    work.held = undefined;
    const { run } = await takenUp(lives, first, flow, { agents });

    expect(await run.result).toEqual({ s: output });
    expect([before, work.begun].map((ids) => ids.join(' ')).join('|')).toBe(expected);
  });

  it('a scatter asks the agents that it asked before, whoever is there now', async () => {
    const lives = new Lives();
    work.begun.length = 0;
    work.held = 'bob';
    const flow = shapes.at(-1)![1];
    const first = await begun(lives, flow, { agents });
    work.held = undefined;
    const eve = defineAgent('eve', { capabilities: [look], handle: () => work.do('eve') });
    const { run } = await takenUp(lives, first, flow, { agents: [...agents, eve] });

    await run.result;
    expect(work.begun).toEqual(['ada', 'bob', 'bob']);
  });

  it('a forEach goes over the list that it went over before', async () => {
    const lives = new Lives();
    work.begun.length = 0;
    work.held = 'y';
    const flow = defineWorkflow('flow')
      .step('list', { run: () => ['x', 'y'] })
      .forEach('s', { after: ['list'], over: ({ list }) => list, run: (item: string) => work.do(item) })
      .output(({ s }) => s);
    const first = await begun(lives, flow);
    work.held = undefined;
    const { run } = await takenUp(lives, first, flow);

    await expect(run.result).resolves.toEqual(['x', 'y']);
    expect(work.begun).toEqual(['x', 'y', 'y']);
  });
});

describe('a nested run under a new owner', () => {
  const wrap = (inner: Workflow<undefined, unknown>): Workflow<undefined, unknown> =>
    defineWorkflow('flow').step('in', { run: inner, input: () => undefined }) as never;

  it('keeps its id, its idempotency keys and its place in the outer run', async () => {
    const lives = new Lives();
    const seen: unknown[] = [];
    let hold = true;
    const flow = wrap(
      defineWorkflow('inner')
        .step('s', {
          run: (_scope: unknown, { runId, idempotencyKey, attempt }: HandlerContext) => {
            seen.push([runId, idempotencyKey, attempt]);
            return hold ? never() : 'done';
          },
        })
        .step('go', { run: signal('go') }) as never,
    );
    const first = await begun(lives, flow);
    hold = false;
    const { run, coordinator } = await takenUp(lives, first, flow);
    const [[id]] = seen as [[string]];
    expect(coordinator.workflows.get(id)?.snapshot()).toMatchObject({ parent: { runId: 'r', step: 'in' } });
    await run.sendSignal('go');
    await run.result;

    expect(seen).toEqual([
      [id, 'r>in>s', 1],
      [id, 'r>in>s', 2],
    ]);
  });

  it('gets the signals of the outer run, and its gates are asked again', async () => {
    const lives = new Lives();
    const flow = wrap(
      defineWorkflow('inner')
        .step('paid', { run: signal('paid') })
        .step('well', { after: ['paid'], run: gate({ ask: 'Well?' }) }) as never,
    );
    const first = await begun(lives, flow);
    const second = await takenUp(lives, first, flow);
    await second.run.sendSignal('paid', 30);
    await lives.clock.advance(1);
    const third = await takenUp(lives, second, flow);
    const [pending] = third.coordinator.workflows.pending();
    expect(pending).toMatchObject({ step: 'well', ask: 'Well?', workflow: 'inner' });
    await third.coordinator.workflows.get(pending!.runId)!.decide('well', { approved: true });

    await expect(third.run.result).resolves.toEqual({ in: { paid: 30, well: { approved: true } } });
  });

  it('is stopped and taken back when the outer one is cancelled', async () => {
    const lives = new Lives();
    const done: string[] = [];
    const flow = wrap(
      defineWorkflow('inner')
        .step('pay', { run: () => 'paid', undo: () => void done.push('paid back') })
        .step('wait', { after: ['pay'], run: untilAborted }) as never,
    );
    const first = await begun(lives, flow);
    const { run } = await takenUp(lives, first, flow);
    run.cancel();

    expect(await rejection(run.result)).toMatchObject({ code: 'CANCELLED' });
    expect(done).toEqual(['paid back']);
    const parts = await lives.store.journal.list({ prefix: 'part/' });
    expect(parts.map(({ entry }) => JSON.parse(entry!).type)).toEqual(['run.cancelled']);
  });
});
