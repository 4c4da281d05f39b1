/** `node bench/memory.ts`: bytes on the heap for one pending request, idle agent, queued task … after collection. */
import process from 'node:process';
import { describeMachine, machine } from './harness/machine.ts';
import type { MemoryJob, MemoryOutcome } from './harness/memory-child.ts';
import { choose, parseOptions, usage } from './harness/options.ts';
import { runChild } from './harness/spawn.ts';
import { median } from './harness/statistics.ts';
import { figure, table } from './harness/table.ts';
import { things } from './memory/index.ts';

/** The median of three processes. */
async function bytes(job: MemoryJob, rounds: number): Promise<MemoryOutcome> {
  const values: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const outcome = await runChild<MemoryOutcome>('harness/memory-child.ts', job);
    if (outcome.bytes === undefined) {
      process.stderr.write(`${job.id}, ${job.side}: ${outcome.error}\n`);
      return outcome;
    }
    values.push(outcome.bytes);
  }
  return { bytes: median(values) };
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(usage);
    return;
  }
  const rounds = options.smoke ? 1 : 3;
  const results = [];
  for (const { id, title, count: full, goalBytes, limit } of choose(things, options.only)) {
    const count = options.smoke ? Math.ceil(full / 20) : full;
    process.stderr.write(`${id} …\n`);
    const byHand = limit && (await bytes({ id, side: 'limit', count }, rounds));
    const ours = options.sides === 'limit' ? undefined : await bytes({ id, side: 'ours', count }, rounds);
    results.push({ id, title, count, goalBytes, limit: byHand, ours });
  }
  if (options.json) {
    console.log(JSON.stringify({ machine: machine(), rounds, results }, null, 2));
  } else {
    const head = ['one', 'of', 'limit bytes', 'ours bytes', 'goal'];
    const rows = results.map(({ title, count, goalBytes, limit, ours }) => {
      const figures = [limit?.bytes, ours?.bytes].map(figure);
      return [title, String(count), ...figures, goalBytes === undefined ? '' : `≤ ${goalBytes}`];
    });
    console.log(`\n${table(head, rows)}\n\n${describeMachine()}`);
    console.log(`Growth of the heap after collection, through the number of things; median of ${rounds}.`);
  }
  if (results.some(({ limit, ours }) => limit?.error ?? ours?.error)) process.exitCode = 1;
}

await main();
