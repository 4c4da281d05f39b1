/** Child process: runs one side of a workload under the profiler and prints where its time went. */
import { Session } from 'node:inspector/promises';
import process from 'node:process';
import { workloads } from '../workloads/index.ts';
import { mainThreadUs } from './clock.ts';

export interface ProfileJob {
  readonly id: string;
  readonly side: 'limit' | 'ours';
  readonly profileMs: number;
}

/** A function and its share of the time, without what it called, 0 to 1. */
export interface Share {
  readonly where: string;
  readonly share: number;
}

async function profile({ id, side: which, profileMs }: ProfileJob): Promise<Share[]> {
  const workload = workloads.find((candidate) => candidate.id === id);
  if (!workload) throw new Error(`no workload ${id}`);
  const side = await workload[which](workload.size);
  const runFor = async (ms: number) => {
    const end = mainThreadUs() + ms * 1000;
    do await side.batch();
    while (mainThreadUs() < end);
  };
  await runFor(1_000);
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 100 });
  await session.post('Profiler.start');
  await runFor(profileMs);
  const { nodes, samples = [] } = (await session.post('Profiler.stop')).profile;
  const names = new Map(
    nodes.map(({ id: node, callFrame: { functionName, url, lineNumber } }) => {
      const file = url === '' ? '' : ` ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`;
      return [node, `${functionName || '(anonymous)'}${file}`];
    }),
  );
  const counts = new Map<string, number>();
  for (const sample of samples) {
    const where = names.get(sample) ?? '?';
    counts.set(where, (counts.get(where) ?? 0) + 1);
  }
  return [...counts]
    .map(([where, count]) => ({ where, share: count / samples.length }))
    .sort((a, b) => b.share - a.share);
}

const shares = await profile(JSON.parse(process.argv[2] ?? '{}') as ProfileJob);
process.stdout.write(`${JSON.stringify(shares)}\n`, () => process.exit(0));
