/** Child process: measures one workload and prints one line of JSON, an {@link Outcome}. */
import process from 'node:process';
import { workloads } from '../workloads/index.ts';
import { measure } from './measure.ts';
import type { Job, Outcome, Side, Workload } from './types.ts';

async function openOurs(workload: Workload, job: Job): Promise<Side | undefined> {
  if (job.sides === 'limit') return undefined;
  return job.sides === 'self' ? workload.limit(job.size) : workload.ours(job.size);
}

async function run(job: Job): Promise<Outcome> {
  const workload = workloads.find(({ id }) => id === job.id);
  if (!workload) throw new Error(`no workload ${job.id}`);
  const limit = workload.limit(job.size);
  const ops = workload.ops(job.size);
  const head = { id: job.id, size: job.size };
  try {
    const ours = await openOurs(workload, job);
    const rounds = await measure(limit, ours, ops, job.plan);
    await ours?.close?.();
    return { ...head, rounds };
  } catch (error) {
    return {
      ...head,
      rounds: [],
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

const outcome = await run(JSON.parse(process.argv[2] ?? '{}') as Job);
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0));
