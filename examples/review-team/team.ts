import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type Agent,
  type Capability,
  defineAgent,
  defineCapability,
  type HandlerContext,
  type Policy,
} from '../../src/index.ts';
import { READ } from './board.ts';
import { checkComplexity } from './checks/complexity.ts';
import { checkDocs } from './checks/docs.ts';
import { checkDuplicates } from './checks/duplicates.ts';
import { checkLinks, existsIn } from './checks/links.ts';
import { checkTidiness } from './checks/tidiness.ts';
import type { Settings } from './cli.ts';
import { changedIn, crossCheck } from './cross-check.ts';
import type { CheckResult, Entry, FileFacts } from './facts.ts';
import { flaky } from './flaky.ts';
import { readFacts } from './read/file.ts';
import { reportHtml } from './report/html.ts';
import { reportMarkdown } from './report/markdown.ts';
import { type Review, type RunRecord, toReview } from './report/review.ts';
import type { Shelf } from './shelf.ts';
import { summaryPrompt, type WriteText } from './summary.ts';
import { survey } from './survey.ts';

/** The folder to review, and the one inside it that is left out: the report's. */
export interface Assignment {
  readonly folder: string;
  readonly out: string;
}

/** One file to read. */
export interface ReadRequest {
  readonly folder: string;
  readonly entry: Entry;
}

/** What the checks found in a folder. */
export interface CrossCheckRequest {
  readonly folder: string;
  readonly results: readonly CheckResult[];
}

/** What is left of it. */
export interface EditRequest {
  readonly folder: string;
  readonly checked: CheckResult;
}

/** A finished review, and how it came about. */
export interface ReportRequest {
  readonly out: string;
  readonly review: Review;
  readonly run: RunRecord;
  readonly summary?: string | undefined;
}

/** Where the report was written to. */
export interface ReportFiles {
  readonly markdown: string;
  readonly html: string;
}

const entrySchema = z.object({
  path: z.string().min(1),
  size: z.int().min(0),
  changedAt: z.number(),
  problem: z.string().exactOptional(),
});

/** Counts the files, so that everybody knows how much there is to do. */
export const countFiles: Capability<Assignment, number> = defineCapability('count-files');

/** Reads one file and tells the facts about it. */
export const readFile: Capability<ReadRequest, FileFacts> = defineCapability(READ, {
  input: z.object({ folder: z.string(), entry: entrySchema }),
  output: z.custom<FileFacts>((value) => typeof value === 'object' && value !== null && 'kind' in value),
});

type Check = Capability<Assignment, CheckResult>;

/** The checks: each looks at the shelf with the facts of all files, and brings back findings. */
export const checks: Readonly<Record<'links' | 'duplicates' | 'docs' | 'complexity' | 'tidiness', Check>> = {
  links: defineCapability('check-links'),
  duplicates: defineCapability('find-duplicates'),
  docs: defineCapability('check-docs'),
  complexity: defineCapability('read-complexity'),
  tidiness: defineCapability('check-tidiness'),
};

/** Sets the findings of all checks against the files and each other. */
export const crossCheckAll: Capability<CrossCheckRequest, CheckResult> = defineCapability('cross-check');

/** Ranks what is left into a review. */
export const editReview: Capability<EditRequest, Review> = defineCapability('edit');

/** Says in a few sentences what matters; only a model can do that. */
export const summarise: Capability<Review, string> = defineCapability('summarise');

/** Writes the report. */
export const writeReport: Capability<ReportRequest, ReportFiles> = defineCapability('write-report');

/** Enough attempts for a bad day: at one failure in five, one task in 390,000 runs out of them. */
const PATIENT: Policy = { attempts: 8, backoff: { initial: '5ms', max: '500ms' } };

const READERS = 4;

/**
 * Hires the team: who they are, what each can do, and how much at a time. Nobody knows anybody else; the
 * coordinator finds whoever can do what a step needs.
 */
export function makeTeam(
  { concurrency, failRate }: Settings,
  shelf: Shelf,
  write?: WriteText,
): readonly Agent<never, unknown>[] {
  const readers = Math.min(READERS, concurrency);
  const reader = (_: unknown, index: number) =>
    defineAgent(`reader-${index + 1}`, {
      capabilities: [readFile],
      concurrency: Math.ceil(concurrency / readers),
      policy: PATIENT,
      handle: flaky(
        failRate,
        ({ entry }: ReadRequest) => entry.path,
        ({ folder, entry }, { signal }: HandlerContext) => readFacts(folder, entry, signal),
      ),
    });

  const checker = (
    name: string,
    capability: Check,
    check: (assignment: Assignment, signal: AbortSignal) => CheckResult | Promise<CheckResult>,
  ) =>
    defineAgent(name, {
      capabilities: [capability],
      policy: PATIENT,
      handle: flaky(
        failRate,
        () => name,
        (assignment: Assignment, { signal }: HandlerContext) => check(assignment, signal),
      ),
    });

  const team = [
    defineAgent('surveyor', {
      capabilities: [countFiles],
      policy: PATIENT,
      handle: flaky(failRate, () => 'the survey', count),
    }),
    ...Array.from({ length: readers }, reader),
    checker('link-checker', checks.links, ({ folder }, signal) =>
      checkLinks(shelf, existsIn(folder), signal),
    ),
    checker('duplicate-finder', checks.duplicates, (_, signal) => checkDuplicates(shelf, signal)),
    checker('docs-checker', checks.docs, () => checkDocs(shelf)),
    checker('complexity-reader', checks.complexity, () => checkComplexity(shelf)),
    checker('housekeeper', checks.tidiness, () => checkTidiness(shelf)),
    defineAgent('cross-checker', {
      capabilities: [crossCheckAll],
      policy: PATIENT,
      handle: flaky(
        failRate,
        () => 'the cross check',
        ({ folder, results }: CrossCheckRequest, { signal }: HandlerContext) =>
          crossCheck(results, shelf, changedIn(folder), signal),
      ),
    }),
    defineAgent('editor', {
      capabilities: [editReview],
      policy: PATIENT,
      handle: flaky(
        failRate,
        () => 'the ranking',
        ({ folder, checked }: EditRequest) => toReview(folder, shelf.counts, checked),
      ),
    }),
    defineAgent('printer', {
      capabilities: [writeReport],
      policy: PATIENT,
      handle: flaky(failRate, () => 'the report', print),
    }),
  ];
  if (!write) return team;
  return [
    ...team,
    defineAgent('narrator', {
      capabilities: [summarise],
      policy: { attempts: 3, timeout: '30s' },
      handle: (review, { signal }) => write(summaryPrompt(review), signal),
    }),
  ];
}

const TOLD_EVERY = 500;

async function count({ folder, out }: Assignment, ctx: HandlerContext): Promise<number> {
  let found = 0;
  for await (const _entry of survey(folder, { except: out, signal: ctx.signal })) {
    found += 1;
    if (found % TOLD_EVERY === 0) ctx.progress({ found });
  }
  ctx.progress({ found });
  return found;
}

async function print({ out, review, run, summary }: ReportRequest): Promise<ReportFiles> {
  const files = { markdown: join(out, 'report.md'), html: join(out, 'report.html') };
  await mkdir(out, { recursive: true });
  await writeFile(files.markdown, reportMarkdown(review, run, { out, summary }));
  await writeFile(files.html, reportHtml(review, run, { out, summary }));
  return files;
}
