/** Child process: measures one thing about durable runs and prints one line of JSON. */
import process from 'node:process';
import { type MemoryJob, measureMemory } from './durable-memory.ts';
import { measureResume, type ResumeJob } from './durable-resume.ts';
import { measureThroughput, type ThroughputJob } from './durable-throughput.ts';

/** What the parent asks for. */
export type DurableJob = MemoryJob | ResumeJob | ThroughputJob;

function measure(job: DurableJob): Promise<unknown> {
  switch (job.kind) {
    case 'throughput':
      return measureThroughput(job);
    case 'resume':
      return measureResume(job);
    case 'memory':
      return measureMemory(job);
  }
}

const outcome = await measure(JSON.parse(process.argv[2] ?? '{}') as DurableJob);
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0));
