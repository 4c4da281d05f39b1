import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HELP, parseSettings, type Settings } from './cli.ts';
import { type Instance, readInstance, UsageError } from './format.ts';
import { montage } from './montage.ts';
import { type Replay, replay, type Trace, traceOf } from './replay.ts';

// Runs a real trace: how close does the engine come to the critical path, which nothing can beat?

const STANDARD = join(import.meta.dirname, 'montage.json');

async function main(args: readonly string[]): Promise<number> {
  try {
    const settings = parseSettings(args, STANDARD);
    if (settings === 'help') process.stdout.write(HELP);
    else if (settings.generate !== undefined)
      process.stdout.write(`${JSON.stringify(montage(settings.generate), null, 2)}\n`);
    else await run(settings);
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${message.replaceAll(/\s+/g, ' ')}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function run({ file, scale, concurrency }: Settings): Promise<void> {
  const instance = await instanceIn(file);
  const trace = traceOf(instance, scale);
  process.stdout.write(`${about(instance, trace, scale).join('\n')}\n`);
  // One after the other: side by side they would take time from each other.
  for (const limit of [Number.POSITIVE_INFINITY, concurrency]) {
    process.stdout.write(`${line(await replay(trace, limit))}\n`);
  }
}

async function instanceIn(file: string): Promise<Instance> {
  const shown = basename(file);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`${shown} cannot be read: ${(error as NodeJS.ErrnoException).code ?? error}.`);
  });
  try {
    return readInstance(text);
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${shown} cannot be run. ${error.message}`) : error;
  }
}

function about({ name, tasks }: Instance, trace: Trace, scale: number): string[] {
  const { edges, levels, criticalPath, criticalMs, workMs } = trace;
  const silent = tasks.filter(({ seconds }) => seconds === undefined).length;
  const ends =
    criticalPath.length > 6 ? [...criticalPath.slice(0, 3), '…', ...criticalPath.slice(-2)] : criticalPath;
  return [
    `${name}: ${tasks.length} tasks, ${edges} dependencies, ${levels} levels, at ${scale} of the time`,
    ...(silent > 0 ? [`${silent} tasks do not say how long they took, and take no time`] : []),
    `all tasks        ${milliseconds(workMs)}`,
    `critical path    ${milliseconds(criticalMs)}  ${ends.join(' → ')}`,
  ];
}

function line({ concurrency, makespanMs, ratio }: Replay): string {
  const what = concurrency === Number.POSITIVE_INFINITY ? 'without a limit' : `${concurrency} at once`;
  return `${what.padEnd(16)} ${milliseconds(makespanMs)}  ${ratio.toFixed(3)} × the critical path`;
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(1).padStart(10)} ms`;
}

process.exitCode = await main(process.argv.slice(2));
