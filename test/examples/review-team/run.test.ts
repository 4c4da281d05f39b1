import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Board } from '../../../examples/review-team/board.ts';
import type { Settings } from '../../../examples/review-team/cli.ts';
import { runReview, StoppedError } from '../../../examples/review-team/run.ts';
import { Shelf } from '../../../examples/review-team/shelf.ts';
import { makeTeam, readFile as readCapability } from '../../../examples/review-team/team.ts';
import type { View } from '../../../examples/review-team/view.ts';
import { reviewWorkflow } from '../../../examples/review-team/workflow.ts';
import { Coordinator, defineAgent } from '../../../src/index.ts';
import { makeFolder } from './folder.ts';

const FILES = {
  'README.md': '# Top\n[gone](gone.md) [there](docs/a.md#nope)\n',
  'docs/a.md': '# There\n',
  'src/a.ts': 'export const a = 1; // TODO: explain\n',
  ...Object.fromEntries(
    Array.from({ length: 40 }, (_, n) => [`src/part-${n}.ts`, `/** ${n} */\nexport const p = ${n};`]),
  ),
};

const quiet: View = { onEvent: () => {}, draw: () => {}, end: () => {} };
const watch = (): View => quiet;
const signal = new AbortController().signal;

function settingsFor(folder: string, more: Partial<Settings> = {}): Settings {
  return { folder, out: join(folder, 'review'), concurrency: 8, failRate: 0, isJson: false, ...more };
}

describe('runReview', () => {
  it('finds what is there and writes the report in both forms', async () => {
    const folder = await makeFolder(FILES);

    const { review, run, report } = await runReview(settingsFor(folder), { watch, signal });

    expect(review.counts.files).toBe(43);
    expect(review.findings.map(({ path, line, message }) => `${path}:${line} ${message}`)).toEqual([
      'README.md:2 gone.md does not exist',
      'README.md:2 no heading #nope in docs/a.md',
      'src/a.ts:1 1 export without documentation: a',
      'src/a.ts:1 TODO: explain',
    ]);
    expect(run.steps.map(({ status }) => status)).toEqual(Array.from(run.steps, () => 'completed'));
    expect(await readFile(report.html, 'utf8')).toContain('gone.md does not exist');
    expect(await readFile(report.markdown, 'utf8')).toContain('gone.md does not exist');
  });

  it('comes to the same review when one attempt in five fails, and tells of the retries', async () => {
    const folder = await makeFolder(FILES);

    const calm = await runReview(settingsFor(folder), { watch, signal });
    const shaky = await runReview(settingsFor(folder, { failRate: 0.2 }), { watch, signal });

    expect(shaky.review).toEqual(calm.review);
    expect(calm.run.retried).toBe(0);
    expect(shaky.run.retried).toBeGreaterThan(0);
    expect(await readFile(shaky.report.markdown, 'utf8')).toContain('made to fail at');
  });

  it('never has more files in hand than it was told', async () => {
    const folder = await makeFolder(FILES);
    let most = 0;
    const count = (board: Board): View => ({
      ...quiet,
      onEvent: () => {
        most = Math.max(most, board.running + board.waiting);
      },
    });

    await runReview(settingsFor(folder, { concurrency: 3 }), { watch: count, signal });

    expect(most).toBe(5); // the checks, which run side by side
  });

  it('stops when its signal aborts, says what was finished and writes no report', async () => {
    const folder = await makeFolder(FILES);
    const controller = new AbortController();
    const stopAfterTen = (board: Board): View => ({
      ...quiet,
      onEvent: () => {
        if (board.completed(readCapability.name) === 10) controller.abort();
      },
    });

    const stopped = runReview(settingsFor(folder, { concurrency: 1 }), {
      watch: stopAfterTen,
      signal: controller.signal,
    });

    await expect(stopped).rejects.toThrow(
      new StoppedError('Stopped; finished: survey; 10 of 43 files read. No report was written.'),
    );
    expect(await readdir(folder)).not.toContain('review');
  });

  it('puts the words of a model at the top, and does without when the model fails', async () => {
    const folder = await makeFolder(FILES);
    const write = async (prompt: string): Promise<string> =>
      `I saw ${prompt.match(/gone\.md/g)?.length} mention.`;

    const told = await runReview(settingsFor(folder), { watch, signal, write });
    expect(await readFile(told.report.html, 'utf8')).toContain('I saw 1 mention.');

    const silent = await runReview(settingsFor(folder), {
      watch,
      signal,
      write: () => Promise.reject(Object.assign(new Error('no key'), { retryable: false })),
    });
    expect(silent.review).toEqual(told.review);
    expect(silent.run.steps.at(-1)).toMatchObject({ id: 'summary', status: 'completed' });
  });
});

describe('reviewWorkflow', () => {
  it('reports a file whose reader runs out of attempts, and goes on', async () => {
    const folder = await makeFolder(FILES);
    const shelf = new Shelf();
    const team = makeTeam(settingsFor(folder), shelf).filter(({ name }) => !name.startsWith('reader'));
    const clumsy = defineAgent('clumsy', {
      capabilities: [readCapability],
      policy: { attempts: 2, backoff: { initial: 1 } },
      handle: ({ entry }) => {
        if (entry.path === 'src/a.ts') throw new Error('dropped it');
        return { ...entry, kind: 'data' as const };
      },
    });

    await using coordinator = new Coordinator({ agents: [...team, clumsy] });
    const { review } = await coordinator.run(reviewWorkflow(shelf, 4, false), {
      folder,
      out: join(folder, 'review'),
    });

    expect(review.findings).toEqual([
      expect.objectContaining({ path: 'src/a.ts', message: 'not read: every attempt to read it failed' }),
    ]);
  });
});
