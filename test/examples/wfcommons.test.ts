import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readInstance, UsageError } from '../../examples/wfcommons/format.ts';
import { montage } from '../../examples/wfcommons/montage.ts';
import { replay, traceOf } from '../../examples/wfcommons/replay.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { thrownBy } from '../support/outcome.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

/** A document whose tasks took so many seconds, with edges as the file says them. */
function documentOf(
  tasks: readonly { readonly id: string; readonly parents?: string[]; readonly children?: string[] }[],
  seconds: readonly number[],
) {
  return {
    name: 'small',
    schemaVersion: '1.5',
    workflow: {
      specification: { tasks: tasks.map((task) => ({ name: task.id, parents: [], children: [], ...task })) },
      execution: { tasks: tasks.map(({ id }, i) => ({ id, runtimeInSeconds: seconds[i] })) },
    },
  };
}

const diamond = documentOf(
  [
    { id: 'a', children: ['b', 'c'] },
    { id: 'b', children: ['d'] },
    { id: 'c' },
    { id: 'd', parents: ['b', 'c'] },
  ],
  [1, 10, 2, 1],
);

/** Runs a document on a clock that obeys. */
async function replayed(document: object, concurrency = Number.POSITIVE_INFINITY, scale = 1) {
  const clock = new FakeClock();
  const trace = traceOf(readInstance(JSON.stringify(document)), scale, clock);
  const run = replay(trace, concurrency, clock);
  await clock.advance(trace.workMs + 1);
  return { ...trace, ...(await run) };
}

describe('a trace', () => {
  it('takes no longer than its critical path when nothing limits it', async () => {
    expect(await replayed(diamond, Number.POSITIVE_INFINITY, 0.001)).toMatchObject({
      criticalPath: ['a', 'b', 'd'],
      criticalMs: 12,
      workMs: 14,
      levels: 3,
      edges: 4,
      makespanMs: 12,
      ratio: 1,
    });
  });

  it('takes all the time of its tasks when they run one after the other', async () => {
    expect(await replayed(diamond, 1)).toMatchObject({ makespanMs: 14_000, ratio: 14 / 12 });
  });

  it.each([1, 2, 5, 9])(
    'with the shape of a Montage of %d × itself keeps to its critical path, too',
    async (side) => {
      const document = montage(side, side);
      const { ratio, criticalMs, workflow } = await replayed(document);

      expect(ratio).toBeCloseTo(1, 6);
      expect(criticalMs / 1_000).toBeCloseTo(document.workflow.execution.makespanInSeconds, 3);
      expect(workflow(1).steps.length).toBe(document.workflow.specification.tasks.length);
    },
  );

  it.each([2, 4, 16])(
    'never takes less than its critical path, nor than its work on %d slots',
    async (slots) => {
      const { makespanMs, criticalMs, workMs } = await replayed(montage(5), slots);

      expect(makespanMs).toBeGreaterThanOrEqual(Math.max(criticalMs, workMs / slots) - 1e-6);
      // Graham's bound for any order that leaves no slot free without need.
      expect(makespanMs).toBeLessThanOrEqual(criticalMs + (workMs - criticalMs) / slots + 1e-6);
    },
  );

  it('of the time before 1.5 has its tasks in the workflow, called by name', () => {
    const tasks = [
      { name: 'first', id: '1', runtimeInSeconds: 2 },
      { name: 'second', id: '2', runtime: 3, parents: ['first'] },
      { name: 'third', id: '3', parents: ['second'] },
    ];
    const { tasks: read } = readInstance(JSON.stringify({ workflow: { tasks } }));

    expect(read.map(({ id, seconds, after }) => [id, seconds, after])).toEqual([
      ['1', 2, []],
      ['2', 3, ['0:1']],
      ['3', undefined, ['1:2']],
    ]);
  });

  it('may call its tasks what no step can be called', async () => {
    const ids = ['then', 'a b', '*', '..', '__proto__', 'x'.repeat(1_000)];
    const document = documentOf(
      ids.map((id, i) => ({ id, parents: ids.slice(0, i) })),
      ids.map(() => 1),
    );

    expect((await replayed(document)).criticalPath).toEqual(ids);
  });

  it.each([
    ['', 'It is no JSON'],
    ['[1]', 'there is no object in it'],
    ['{"workflow":{}}', 'there is no list of tasks'],
    ['{"workflow":{"tasks":[]}}', 'The workflow has no tasks.'],
    ['{"workflow":{"tasks":[{}]}}', 'Task 1 has neither id nor name.'],
    ['{"workflow":{"tasks":[{"id":"a"}]}}', 'No task says how long it took.'],
    ['{"workflow":{"tasks":[{"id":"a","runtime":-1}]}}', '"a" took -1 seconds.'],
    ['{"workflow":{"tasks":[{"id":"a"},{"id":"a"}]}}', 'Two tasks are called "a".'],
    ['{"workflow":{"tasks":[{"id":"a","runtime":1,"parents":["b"]}]}}', '"a" names "b", which is no task.'],
    ['{"workflow":{"tasks":[{"id":"a","runtime":1,"children":7}]}}', 'The children of a task are no list.'],
  ])('is refused in one sentence when it is %j', (text, words) => {
    const error = thrownBy(() => readInstance(text));

    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(words);
  });
});

it('has as its default file what the generator makes', () => {
  const file = readFileSync(join(REPOSITORY, 'examples/wfcommons/montage.json'), 'utf8');

  expect(JSON.parse(file)).toEqual(montage(4));
});

describe('the command', () => {
  const command = (...args: string[]) =>
    new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      const node = join(REPOSITORY, 'node_modules/.bin/node');
      const main = join(REPOSITORY, 'examples/wfcommons/main.ts');
      execFile(node, [main, ...args], { timeout: 50_000 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
      );
    });
  const fileWith = async (content: object) => {
    const file = join(await mkdtemp(join(tmpdir(), 'wfcommons-')), 'small.json');
    await writeFile(file, JSON.stringify(content));
    return file;
  };

  it('prints makespan and critical path, with and without a limit, and is near the best without', {
    timeout: 60_000,
  }, async () => {
    const { code, stdout } = await command(await fileWith(diamond), '--scale', '0.1', '--concurrency', '1');
    const ratios = [...stdout.matchAll(/([\d.]+) × the critical path/g)].map(([, ratio]) => Number(ratio));

    expect([code, ratios.length]).toEqual([0, 2]);
    expect(stdout).toContain('small: 4 tasks, 4 dependencies, 3 levels, at 0.1 of the time');
    expect(ratios[0]).toBeGreaterThanOrEqual(1);
    expect(ratios[0]).toBeLessThan(1.5);
    expect(ratios[1]).toBeGreaterThanOrEqual(1.16);
  });

  it('says in one sentence what it cannot do, and ends with 2', { timeout: 60_000 }, async () => {
    const circle = await fileWith(
      documentOf(
        [
          { id: 'a', parents: ['b'] },
          { id: 'b', parents: ['a'] },
        ],
        [1, 1],
      ),
    );

    expect(await command('no-such-file.json')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'no-such-file.json cannot be read: ENOENT.\n',
    });
    expect(await command(circle)).toMatchObject({ code: 2, stderr: expect.stringContaining('form a cycle') });
    expect(await command('--scale', '0')).toMatchObject({
      code: 2,
      stderr: '--scale must be a number above 0, up to 1000, not "0".\n',
    });
  });
});
