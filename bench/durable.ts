/** `npm run bench:durable`: what it costs to keep runs in SQLite, as a ratio to `node:sqlite` doing the same appends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { DurableJob } from './durable-child.ts';
import type { MemoryJob, MemoryOutcome } from './durable-memory.ts';
import type { ResumeJob, ResumeOutcome } from './durable-resume.ts';
import type { ThroughputJob, ThroughputOutcome } from './durable-throughput.ts';
import { describeMachine, machine } from './harness/machine.ts';
import { runChild } from './harness/spawn.ts';
import { figure, table } from './harness/table.ts';

/** Ours may take so many times as long as `node:sqlite` does. */
const GOAL = 1.5;
/** Between the shortest and the longest journal, the time of an entry may grow by this factor. */
const LINEAR = 1.5;

const usage = `Options:
  --only name    throughput, resume or memory; may be given more than once
  --folder path  where the files lie: a disk is another than a file system in memory (default the temporary folder)
  --rounds n     alternating rounds (default 7)
  --smoke        everything small and short, to see that it runs
  --json         print JSON in place of the tables
  --help         this text`;

interface Options {
  readonly rounds: number;
  readonly smoke: boolean;
  readonly folder: string;
  readonly wants: (part: string) => boolean;
}

type Unplaced<J> = J extends DurableJob ? Omit<J, 'folder'> : never;

/** Every job has a folder of its own. */
async function play<T>(job: Unplaced<DurableJob>, { folder: parent }: Options): Promise<T> {
  const folder = mkdtempSync(join(parent, 'cadre-durable-'));
  process.stderr.write(`${JSON.stringify(job)} …\n`);
  try {
    return await runChild<T>('durable-child.ts', { ...job, folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function playAll<J extends DurableJob, T>(
  jobs: readonly Omit<J, 'folder'>[],
  options: Options,
): Promise<{ readonly job: Omit<J, 'folder'>; readonly outcome: T }[]> {
  const results = [];
  for (const job of jobs) results.push({ job, outcome: await play<T>(job as Unplaced<DurableJob>, options) });
  return results;
}

function throughputJobs({ rounds, smoke }: Options): Omit<ThroughputJob, 'folder'>[] {
  const jobs: Omit<ThroughputJob, 'folder'>[] = [];
  for (const durability of ['process', 'power'] as const) {
    const facts = { kind: 'throughput', durability, rounds } as const;
    // Each of its steps waits for a sync of the disk.
    const steps = durability === 'power' ? 500 : 5_000;
    jobs.push({ ...facts, runs: 1, steps: smoke ? 100 : steps });
    for (const each of [10, 50]) jobs.push({ ...facts, runs: smoke ? 100 : 1_000, steps: each });
  }
  return jobs;
}

function resumeJobs({ rounds, smoke }: Options): Omit<ResumeJob, 'folder'>[] {
  const sizes = smoke ? [100, 1_000] : [10_000, 30_000, 100_000];
  return sizes.map((steps) => ({ kind: 'resume', steps, rounds: Math.ceil(rounds / 2) }));
}

function memoryJobs({ smoke }: Options): Omit<MemoryJob, 'folder'>[] {
  return (['none', 'sqlite'] as const).flatMap((store) => [
    { kind: 'memory', store, runs: smoke ? 100 : 5_000, steps: 5 },
    { kind: 'memory', store, runs: smoke ? 2 : 50, steps: 1_000 },
  ]);
}

async function main(options: Options, json: boolean): Promise<void> {
  const { wants } = options;
  const throughput = await playAll<ThroughputJob, ThroughputOutcome>(
    wants('throughput') ? throughputJobs(options) : [],
    options,
  );
  const resume = await playAll<ResumeJob, ResumeOutcome>(wants('resume') ? resumeJobs(options) : [], options);
  const memory = await playAll<MemoryJob, MemoryOutcome>(wants('memory') ? memoryJobs(options) : [], options);
  if (json) {
    console.log(JSON.stringify({ machine: machine(), throughput, resume, memory }, null, 2));
    return;
  }
  if (throughput.length > 0) showThroughput(throughput);
  if (resume.length > 0) showResume(resume);
  if (memory.length > 0) showMemory(memory);
  console.log(`\n${describeMachine()}`);
}

function showThroughput(
  results: readonly { readonly job: Omit<ThroughputJob, 'folder'>; readonly outcome: ThroughputOutcome }[],
): void {
  const head = [
    'a chain of steps',
    'durability',
    'rows a transaction',
    'limit µs',
    'ours µs',
    'ratio',
    'ratio of processor time',
    'store alone µs',
    'memory store µs',
  ];
  const rows = results.map(({ job, outcome }) => [
    `${job.runs} × ${job.steps}`,
    job.durability,
    ...[outcome.rowsPerTransaction, outcome.limit.wallUs, outcome.ours.wallUs].map(figure),
    `**${figure(outcome.wallRatio)}**`,
    ...[outcome.mainRatio, outcome.store.wallUs, outcome.memory.wallUs].map(figure),
  ]);
  console.log(`\n${table(head, rows)}\n`);
  console.log(
    `Per step, wall time. Limit: node:sqlite with the same rows and transactions. Goal: at most ${GOAL}.`,
  );
}

function showResume(
  results: readonly { readonly job: Omit<ResumeJob, 'folder'>; readonly outcome: ResumeOutcome }[],
): void {
  const perEntry = ({ entries, resumeMainMs }: ResumeOutcome): number => (resumeMainMs * 1_000) / entries;
  const head = ['steps', 'entries', 'open ms', 'resume ms', 'processor ms', 'µs an entry', 'times the first'];
  const rows = results.map(({ job, outcome }) => [
    String(job.steps),
    String(outcome.entries),
    ...[outcome.openMs, outcome.resumeMs, outcome.resumeMainMs, perEntry(outcome)].map(figure),
    figure(perEntry(outcome) / perEntry(results[0]!.outcome)),
  ]);
  console.log(`\n${table(head, rows)}\n`);
  console.log(`Half of the steps are done. Linear: the last at most ${LINEAR} times the first.`);
}

function showMemory(
  results: readonly { readonly job: Omit<MemoryJob, 'folder'>; readonly outcome: MemoryOutcome }[],
): void {
  const rows = results.map(({ job, outcome }) => [
    `${job.steps} steps`,
    job.store,
    ...[outcome.heapBytes, outcome.heapBytes / job.steps, outcome.fileBytes].map(figure),
  ]);
  console.log(
    `\n${table(['finished, retained run', 'store', 'bytes in memory', 'a step', 'bytes in the file'], rows)}`,
  );
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    folder: { type: 'string', default: tmpdir() },
    rounds: { type: 'string' },
    smoke: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) console.log(usage);
else {
  const { only, smoke, folder, json } = values;
  const rounds = Number(values.rounds ?? (smoke ? 2 : 7));
  if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError('--rounds must be a whole number >= 1');
  await main({ rounds, smoke, folder, wants: (part) => only.length === 0 || only.includes(part) }, json);
}
