/**
 * `npm run bench:peers`: the workloads by hand, by cadre and by libraries that do the same job. It installs them in
 * `bench/peers/` when they are not there. How each peer is used stands in its module there.
 */
import process from 'node:process';
import { describeMachine, machine } from './harness/machine.ts';
import { choose } from './harness/options.ts';
import { installPeers } from './peers/harness/install.ts';
import { type Job, measureJob, type Row } from './peers/harness/job.ts';
import { parsePeerOptions, usage } from './peers/harness/options.ts';
import { asJson, describe } from './peers/harness/report.ts';
import { jobIds, type Peer } from './peers/harness/roster.ts';
import { workloads } from './workloads/index.ts';

/** The jobs that one of these peers has, with those of the chosen workloads that belong to them. */
function jobsOf(peers: readonly Peer[], only: readonly string[]): Job[] {
  const chosen = choose(workloads, only);
  return jobIds
    .map((id): Job => {
      const mine = choose(workloads, [id]).filter((workload) => chosen.includes(workload));
      return { id, workloads: mine, peers: peers.filter(({ jobs }) => jobs[id] !== undefined) };
    })
    .filter((job) => job.workloads.length > 0 && job.peers.length > 0);
}

function errorsOf(row: Row): string[] {
  const sides = [['limit', row.limit], ['ours', row.ours], ...row.peers] as const;
  return sides.flatMap(([name, { error }]) => (error ? [`${row.workload.id}, ${name}: ${error}`] : []));
}

async function main(): Promise<void> {
  const options = parsePeerOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(usage);
    return;
  }
  const { plan, smoke, json, peers } = options;
  const jobs = jobsOf(peers, options.only);
  if (jobs.length === 0) throw new RangeError('none of these peers has one of these workloads');
  const needed = jobs.some((job) => job.peers.some((peer) => peer.package !== undefined));
  const installError = needed ? installPeers() : undefined;

  const rows: Row[] = [];
  for (const job of jobs) {
    process.stderr.write(`${job.id} …\n`);
    const measured = await measureJob(job, plan, smoke, installError);
    for (const error of new Set(measured.flatMap(errorsOf))) process.stderr.write(`${error}\n`);
    rows.push(...measured);
  }
  if (json) {
    console.log(JSON.stringify({ machine: machine(), plan, smoke, results: rows.map(asJson) }, null, 2));
  } else {
    console.log(`\n${describe(rows, peers)}\n${describeMachine()}`);
    console.log(`Medians of ${plan.rounds} rounds, every side once in each, in a process of its own.`);
    if (smoke) console.log('With --smoke this shows that everything runs; the figures are of cold code.');
  }
  if (rows.some((row) => errorsOf(row).length > 0)) process.exitCode = 1;
}

await main();
