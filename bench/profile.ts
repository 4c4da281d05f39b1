/** `node bench/profile.ts --only W1-ask`: the functions in which the time of a workload is spent. */
import process from 'node:process';
import { choose, parseOptions, usage } from './harness/options.ts';
import type { ProfileJob, Share } from './harness/profile-child.ts';
import { runChild } from './harness/spawn.ts';
import { table } from './harness/table.ts';
import { workloads } from './workloads/index.ts';

const rows = 20;

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(usage);
    return;
  }
  const side = options.sides === 'limit' ? 'limit' : 'ours';
  for (const { id } of choose(workloads, options.only)) {
    const job: ProfileJob = { id, side, profileMs: options.smoke ? 50 : 2_000 };
    const shares = await runChild<Share[]>('harness/profile-child.ts', job);
    const lines = shares.slice(0, rows).map(({ where, share }) => [where, `${(share * 100).toFixed(1)} %`]);
    console.log(`\n${table([`${id}, ${side}: function`, 'own time'], lines)}`);
  }
}

await main();
