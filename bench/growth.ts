/** `node bench/growth.ts`: how the ratio to the limit changes with the size of a workload. */
import process from 'node:process';
import { describeMachine, machine } from './harness/machine.ts';
import { choose, parseOptions, usage } from './harness/options.ts';
import { runChild } from './harness/spawn.ts';
import { type Summary, summarize } from './harness/statistics.ts';
import { figure, table } from './harness/table.ts';
import type { Outcome } from './harness/types.ts';
import { workloads } from './workloads/index.ts';

/** From the smallest to the largest size the ratio may grow by this factor. */
const goal = 1.5;

interface Point {
  readonly id: string;
  readonly size: number;
  /** Ratio at this size through the ratio at the smallest. */
  readonly growth?: number;
  readonly summary?: Summary;
  readonly error?: string;
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(usage);
    return;
  }
  const { plan, sides, smoke, json } = options;
  const points: Point[] = [];
  for (const { id, growth } of choose(workloads, options.only)) {
    let smallest: number | undefined;
    for (const size of smoke ? (growth ?? []).slice(0, 2) : (growth ?? [])) {
      process.stderr.write(`${id} at ${size} …\n`);
      const { rounds, error } = await runChild<Outcome>('harness/child.ts', { id, size, plan, sides });
      if (error) process.stderr.write(`${error}\n`);
      if (rounds.length === 0) {
        points.push({ id, size, error: error ?? 'no rounds' });
        continue;
      }
      const summary = summarize(rounds);
      smallest ??= summary.ratio;
      const times =
        summary.ratio !== undefined && smallest !== undefined ? summary.ratio / smallest : undefined;
      points.push({ id, size, summary, ...(times === undefined ? {} : { growth: times }) });
    }
  }
  if (json) {
    console.log(JSON.stringify({ machine: machine(), plan, goal, points }, null, 2));
  } else {
    const head = ['workload', 'size', 'limit µs', 'ours µs', 'ratio', 'growth of the ratio'];
    const rows = points.map(({ id, size, summary, growth }) => {
      const figures = [summary?.limitUs, summary?.oursUs, summary?.ratio, growth].map(figure);
      return [id, String(size), ...figures];
    });
    console.log(`\n${table(head, rows)}\n\n${describeMachine()}`);
    console.log(`Goal: the ratio at the largest size at most ${goal} × the ratio at the smallest.`);
  }
  if (points.some(({ error }) => error !== undefined)) process.exitCode = 1;
}

await main();
