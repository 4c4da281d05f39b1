import { z } from 'zod';
import { defineWorkflow, type HandlerContext, type Workflow } from '../../src/index.ts';
import type { Entry, FileFacts } from './facts.ts';
import type { Review } from './report/review.ts';
import type { Counts, Shelf } from './shelf.ts';
import { survey } from './survey.ts';
import {
  type Assignment,
  checks,
  countFiles,
  crossCheckAll,
  editReview,
  readFile,
  summarise,
} from './team.ts';

/** What a review ends with. */
export interface Reviewed {
  readonly review: Review;
  readonly summary?: string | undefined;
}

/**
 * The way of a review: count the files, read them all, check what was read from five sides at once, set the
 * findings against each other, rank them.
 *
 * The facts lie on the shelf and the steps pass on only what is small, so a run needs little memory however
 * large the folder is.
 *
 * @param inHand files in the hands of the readers at any moment.
 * @param hasModel whether somebody is there to write a summary; it is nice to have, so its failure changes nothing else.
 */
export function reviewWorkflow(
  shelf: Shelf,
  inHand: number,
  hasModel: boolean,
): Workflow<Assignment, Reviewed> {
  const steps = defineWorkflow('review', { input: z.object({ folder: z.string(), out: z.string() }) })
    .step('survey', { run: countFiles, input: ({ input }) => input })
    .step('read', {
      after: ['survey'],
      policy: { timeout: Infinity },
      run: ({ input }, ctx) => readAll(input, shelf, inHand, ctx),
    })
    .step('links', { run: checks.links, after: ['read'], input: ({ input }) => input })
    .step('duplicates', { run: checks.duplicates, after: ['read'], input: ({ input }) => input })
    .step('docs', { run: checks.docs, after: ['read'], input: ({ input }) => input })
    .step('complexity', { run: checks.complexity, after: ['read'], input: ({ input }) => input })
    .step('tidiness', { run: checks.tidiness, after: ['read'], input: ({ input }) => input })
    .step('cross-check', {
      run: crossCheckAll,
      after: ['links', 'duplicates', 'docs', 'complexity', 'tidiness'],
      input: ({ input: { folder }, links, duplicates, docs, complexity, tidiness }) => ({
        folder,
        results: [links, duplicates, docs, complexity, tidiness],
      }),
    })
    .step('edit', {
      run: editReview,
      after: ['cross-check'],
      input: ({ input: { folder }, 'cross-check': checked }) => ({ folder, checked }),
    });

  if (!hasModel) return steps.output(({ edit }) => ({ review: edit }));
  return steps
    .step('summary', {
      after: ['edit'],
      run: ({ edit }, ctx) => ctx.ask(summarise, edit).catch(() => undefined),
    })
    .output(({ edit, summary }) => ({ review: edit, summary }));
}

/** Asks the readers for one file after the other, `inHand` at a time, and puts what they tell on the shelf. */
async function readAll(
  { folder, out }: Assignment,
  shelf: Shelf,
  inHand: number,
  ctx: HandlerContext,
): Promise<Counts> {
  const entries = survey(folder, { except: out, signal: ctx.signal });
  // Several loops over one walk: each takes the next file when its last one is done, so the walk never runs ahead.
  const loop = async (): Promise<void> => {
    for await (const entry of entries) shelf.add(await readOne(folder, entry, ctx));
  };
  await Promise.all(Array.from({ length: inHand }, loop));
  return shelf.counts;
}

async function readOne(folder: string, entry: Entry, ctx: HandlerContext): Promise<FileFacts> {
  try {
    return await ctx.ask(readFile, { folder, entry });
  } catch {
    // One file that cannot be read is a finding; a review that was stopped is over.
    ctx.signal.throwIfAborted();
    return { ...entry, kind: 'unread', problem: 'every attempt to read it failed' };
  }
}
