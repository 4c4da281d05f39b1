/** Child process: holds one side of one job, and measures it each time the parent asks. */
import process from 'node:process';
import { mainThreadUs } from '../../harness/clock.ts';
import { sample } from '../../harness/measure.ts';
import { workloads } from '../../workloads/index.ts';
import type { PeerSide, PeerSides, SideJob, SideRequest } from './types.ts';

/** A side and the operations in one of its batches. */
interface Opened {
  readonly side: PeerSide;
  readonly ops: number;
}

async function openPeer({ module, job, size }: SideJob & { side: 'peer' }): Promise<Opened> {
  // The path is computed so that type checks of the project do not follow it: peers need not be installed.
  const { sides } = (await import(new URL(`../${module}`, import.meta.url).href)) as { sides: PeerSides };
  const side = await sides[job]?.(size);
  const workload = workloads.find(({ id }) => id === job || id.startsWith(`${job}-`));
  if (!side || !workload) throw new Error(`${module} has no ${job}`);
  return { side, ops: side.ops ?? workload.ops(size) };
}

async function open(job: SideJob): Promise<Opened> {
  if (job.side === 'peer') return openPeer(job);
  const workload = workloads.find(({ id }) => id === job.workload);
  if (!workload) throw new Error(`no workload ${job.workload}`);
  return { side: await workload[job.side](job.size), ops: workload.ops(job.size) };
}

/** Four slices as `npm run bench` has them, but no more of them than fit in the time. */
async function warmUp({ side, ops }: Opened, ms: number): Promise<null> {
  const end = mainThreadUs() + ms * 1000;
  for (let slice = 0; slice < 4 && mainThreadUs() < end; slice += 1) await sample(side, ops, ms / 4);
  return null;
}

async function reply(work: () => Promise<unknown>): Promise<void> {
  try {
    process.send?.({ value: await work() });
  } catch (error) {
    process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

let opened: Opened | undefined;
process.on('message', (request: SideRequest) => {
  const { kind, ms } = request;
  void reply(async () => {
    if (!opened) throw new Error('not open');
    return kind === 'warm-up' ? warmUp(opened, ms) : sample(opened.side, opened.ops, ms);
  });
});
process.on('disconnect', () => {
  const closed = opened?.side.close?.() ?? Promise.resolve();
  closed.then(
    () => process.exit(0),
    () => process.exit(1),
  );
});

await reply(async () => {
  opened = await open(JSON.parse(process.argv[2] ?? '{}') as SideJob);
  return null;
});
