/** `npm run bench`: each workload by hand and by cadre, in a process of its own; a table of ratios. */
import process from 'node:process';
import { describeMachine, machine } from './harness/machine.ts';
import { choose, parseOptions, usage } from './harness/options.ts';
import { runChild } from './harness/spawn.ts';
import { type Summary, summarize } from './harness/statistics.ts';
import { figure, table } from './harness/table.ts';
import type { Job, Outcome, Workload } from './harness/types.ts';
import { workloads } from './workloads/index.ts';

interface Result {
  readonly workload: Workload;
  readonly outcome: Outcome;
  readonly summary: Summary | undefined;
}

const head = ['workload', 'per', 'limit µs', 'ours µs', 'ratio', 'min–max', 'goal', 'result'];

function row({ workload, summary }: Result): string[] {
  const { id, unit, goal } = workload;
  if (!summary) return [id, unit, '–', '–', '–', '–', `≤ ${goal}`, 'failed'];
  const { limitUs, oursUs, ratio, ratioMin, ratioMax } = summary;
  const spread = ratioMin === undefined ? '–' : `${figure(ratioMin)}–${figure(ratioMax)}`;
  const verdict = ratio === undefined ? '' : ratio <= goal ? 'met' : 'above';
  return [id, unit, figure(limitUs), figure(oursUs), figure(ratio), spread, `≤ ${goal}`, verdict];
}

async function measureOne(workload: Workload, job: Job): Promise<Result> {
  const outcome = await runChild<Outcome>('harness/child.ts', job);
  if (outcome.error) process.stderr.write(`${workload.id}: ${outcome.error}\n`);
  return { workload, outcome, summary: outcome.rounds.length > 0 ? summarize(outcome.rounds) : undefined };
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(usage);
    return;
  }
  const { plan, smoke, sides, json } = options;
  const results: Result[] = [];
  for (const workload of choose(workloads, options.only)) {
    process.stderr.write(`${workload.id} …\n`);
    const size = smoke ? workload.smokeSize : workload.size;
    results.push(await measureOne(workload, { id: workload.id, size, plan, sides }));
  }
  if (json) {
    const rows = results.map(({ workload: { id, title, unit, goal }, outcome, summary }) => {
      return {
        id,
        title,
        unit,
        goal,
        size: outcome.size,
        ...summary,
        rounds: outcome.rounds,
        error: outcome.error,
      };
    });
    console.log(JSON.stringify({ machine: machine(), plan, smoke, sides, results: rows }, null, 2));
  } else {
    console.log(`\n${table(head, results.map(row))}\n\n${describeMachine()}`);
    console.log(`Ratios: median of ${plan.rounds} rounds, limit and ours in turn; µs: medians.`);
  }
  if (results.some(({ outcome }) => outcome.error !== undefined)) process.exitCode = 1;
}

await main();
