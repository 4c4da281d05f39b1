import { describe, expect, it } from 'vitest';
import {
  defineWorkflow,
  type RecordedSteps,
  type ResumeReport,
  type Run,
  type Workflow,
  type WorkflowOptions,
} from '../../../src/index.ts';
import { rejection } from '../../support/outcome.ts';
import { never } from '../../support/workflows.ts';
import { Lives } from './lives.ts';

/** A chain of three steps, of which the last never ends, so that its process ends before it does. */
function earlier(begun: string[], version?: string): Workflow<string, unknown> {
  return defineWorkflow<string>('order', { version })
    .step('a', { run: ({ input }) => begun.push('a') && `a of ${input}` })
    .step('b', { after: ['a'], run: ({ a }) => begun.push('b') && `b after ${a}` })
    .step('c', { after: ['b'], run: () => begun.push('c') && never() });
}

/** Begins a run of one definition, ends the process, and resumes it with another. */
async function changed(
  first: Workflow<string, unknown>,
  second: Workflow<string, unknown>,
): Promise<{ lives: Lives; report: ResumeReport; run: Run }> {
  const lives = new Lives();
  const life = lives.begin({ workflows: { definitions: [first] } });
  life.coordinator.start(first, 'lamps', { id: 'r1' });
  await lives.clock.advance(1);
  life.kill();
  await lives.clock.advance('1m');
  const next = lives.begin({ workflows: { definitions: [second] } });
  const report = await next.coordinator.resume();
  await lives.clock.advance(1);
  return { lives, report, run: report.resumed[0] as Run };
}

/** The chain with other structure: `b` is gone, `d` is new, and `c` comes after it. */
function later(begun: string[], options: WorkflowOptions): Workflow<string, unknown> {
  return defineWorkflow<string>('order', options)
    .step('a', { run: ({ input }) => begun.push('a again') && `new a of ${input}` })
    .step('d', { after: ['a'], run: ({ a }) => begun.push('d') && `d after ${a}` })
    .step('c', { after: ['d'], run: ({ d }) => begun.push('c again') && `c after ${d}` })
    .output(({ c }) => c);
}

describe('a run whose workflow has changed since it began', () => {
  it('is left, with an error that names the steps that are new, gone and others', async () => {
    const begun: string[] = [];
    const { lives, report } = await changed(earlier(begun), later(begun, {}));

    expect(report.resumed).toEqual([]);
    expect(report.left).toMatchObject([
      {
        runId: 'r1',
        workflow: 'order',
        reason: 'changed',
        error: {
          code: 'DEFINITION_MISMATCH',
          workflow: 'order',
          runId: 'r1',
          added: ['d'],
          removed: ['b'],
          changed: ['c'],
        },
      },
    ]);
    expect(begun).toEqual(['a', 'b', 'c']);
    expect((await lives.kinds('r1')).at(-1)).toBe('step.started c');
  });

  it('is taken up later by a process that still has its definition', async () => {
    const begun: string[] = [];
    const { lives } = await changed(earlier(begun), later(begun, {}));
    const old = lives.begin({ workflows: { definitions: [earlier(begun)] } });
    const { resumed, left } = await old.coordinator.resume();

    expect([resumed.map(({ id }) => id), left]).toEqual([['r1'], []]);
  });

  it.each([
    ['its code', (begun: string[]) => earlier([...begun])],
    ['its version only', (begun: string[]) => earlier(begun, '2')],
  ])('goes on when it is %s that has changed', async (_what, second) => {
    const { report } = await changed(earlier([]), second([]));

    expect([report.resumed.length, report.left]).toEqual([1, []]);
  });

  it('goes on with what is on record where the definition says that the change is compatible', async () => {
    const begun: string[] = [];
    const { run, lives } = await changed(earlier(begun), later(begun, { changed: 'compatible' }));

    await expect(run.result).resolves.toBe('c after d after a of lamps');
    expect(begun).toEqual(['a', 'b', 'c', 'd', 'c again']);
    expect((await lives.kinds('r1')).at(-1)).toBe('run.completed');
  });

  it('runs a step and all after it once more where the definition says from which', async () => {
    const begun: string[] = [];
    const steps = (options: WorkflowOptions) =>
      defineWorkflow<string>('order', options)
        .step('a', { run: ({ input }) => begun.push('a again') && `new a of ${input}` })
        .step('b', { after: ['a'], run: ({ a }) => begun.push('b again') && `new b after ${a}` })
        .step('side', { run: () => begun.push('side') && 'side' })
        .step('c', { after: ['b', 'side'], run: ({ b }) => begun.push('c again') && `c after ${b}` })
        .output(({ c }) => c);
    const { run } = await changed(earlier(begun), steps({ changed: { restartFrom: 'a' } }));

    await expect(run.result).resolves.toBe('c after new b after new a of lamps');
    expect(begun.slice(3).sort()).toEqual(['a again', 'b again', 'c again', 'side']);
  });

  it('begins with the outputs that its migration makes out of those on record', async () => {
    const begun: string[] = [];
    const seen: RecordedSteps[] = [];
    const migrate = (run: RecordedSteps): Record<string, unknown> => {
      seen.push(run);
      return { a: run.outputs['a'], d: `d made of ${run.outputs['b']}` };
    };
    const { run } = await changed(
      earlier(begun, '1.4'),
      later(begun, { version: '2', changed: { migrate } }),
    );

    await expect(run.result).resolves.toBe('c after d made of b after a of lamps');
    expect(seen).toEqual([
      { runId: 'r1', version: '1.4', input: 'lamps', outputs: { a: 'a of lamps', b: 'b after a of lamps' } },
    ]);
    expect(begun).toEqual(['a', 'b', 'c', 'c again']);
  });

  it('is migrated once: the next owner goes on with what was made then', async () => {
    const begun: string[] = [];
    let migrated = 0;
    const migrate = () => ({ a: `a ${++migrated}` });
    const waiting = (): Workflow<string, unknown> =>
      defineWorkflow<string>('order', { changed: { migrate } })
        .step('a', { run: () => 'never' })
        .step('d', { after: ['a'], run: ({ a }) => (begun.push(`d after ${a}`) > 4 ? a : never()) });
    const { lives, run } = await changed(earlier(begun), waiting());
    expect(run.status).toBe('running');
    await lives.clock.advance(1);
    // The last owner lives on the same clock; it is superseded when its lease is gone.
    await lives.store.records
      .list({ prefix: 'owner/' })
      .then((found) =>
        Promise.all(found.map(({ key, revision }) => lives.store.records.delete(key, revision))),
      );
    const last = lives.begin({ workflows: { definitions: [waiting()] } });
    const { resumed } = await last.coordinator.resume();
    await lives.clock.advance(1);

    await expect(resumed[0]!.result).resolves.toEqual({ a: 'a 1', d: 'a 1' });
    expect(migrated).toBe(1);
  });

  it.each([
    ['gives no object', () => 'nothing', 'INVALID_OPTIONS'],
    ['gives an output for a step that there is not', () => ({ b: 1 }), 'INVALID_OPTIONS'],
    ['gives what is no data', () => ({ a: () => 1 }), 'UNSTORABLE'],
    [
      'throws',
      () => {
        throw new RangeError('no');
      },
      undefined,
    ],
  ])('is left as it is when its migration %s', async (_what, migrate, code) => {
    const begun: string[] = [];
    const definition = later(begun, { changed: { migrate: migrate as never } });
    const { lives, report } = await changed(earlier(begun), definition);

    expect(report.resumed).toEqual([]);
    expect(report.left).toMatchObject([{ runId: 'r1', workflow: 'order' }]);
    expect((report.left[0]!.error as { code?: string }).code).toBe(code);
    expect((await lives.kinds('r1')).at(-1)).toBe('step.started c');
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  it('is left when nobody knows its workflow, until somebody registers it', async () => {
    const lives = new Lives();
    const begun: string[] = [];
    const life = lives.begin();
    life.coordinator.start(earlier(begun), 'lamps', { id: 'r1' });
    await lives.clock.advance(1);
    life.kill();
    await lives.clock.advance('1m');
    const next = lives.begin();
    const first = await next.coordinator.resume();
    expect(first.left).toMatchObject([
      { runId: 'r1', workflow: 'order', reason: 'unknown-workflow', error: undefined },
    ]);
    next.coordinator.workflows.register(earlier(begun));
    const second = await next.coordinator.resume();

    expect(second.resumed.map(({ id }) => id)).toEqual(['r1']);
  });

  it('is a mistake to restart from a step that there is not', async () => {
    const definition = later([], { changed: { restartFrom: 'b' } });
    const { coordinator } = new Lives().begin();

    expect(await rejection(coordinator.run(definition, 'x'))).toMatchObject({
      code: 'INVALID_OPTIONS',
      option: 'changed.restartFrom',
    });
  });
});
