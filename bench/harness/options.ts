import { parseArgs } from 'node:util';
import type { Job, Plan, Workload } from './types.ts';

/** What the command line asks for. */
export interface BenchOptions {
  readonly plan: Plan;
  readonly smoke: boolean;
  readonly json: boolean;
  readonly only: readonly string[];
  readonly sides: Job['sides'];
}

export const usage: string = `Options:
  --only W4,W6     these workloads; a prefix chooses all that begin with it
  --rounds n       alternating rounds, limit and ours in each (default 7)
  --smoke          everything small and short, to see that it runs
  --json           print JSON in place of the table
  --sides s        both (default), limit, or self: the limit against itself, to see the noise
  --help           this text`;

/** Reads the command line. @throws RangeError for a value out of range, TypeError for an unknown option. */
export function parseOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      smoke: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      sides: { type: 'string', default: 'both' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { sides, smoke } = values;
  if (sides !== 'both' && sides !== 'limit' && sides !== 'self') {
    throw new RangeError(`--sides must be both, limit or self, got ${sides}`);
  }
  const plan = planOf(smoke, values.rounds, 7);
  return { plan, smoke, json: values.json, only: values.only.flatMap((list) => list.split(',')), sides };
}

/** How long to measure, with `rounds` as on the command line. @throws RangeError for no whole number from 1 up. */
export function planOf(smoke: boolean, given: string | undefined, usual: number): Plan {
  const rounds = Number(given ?? (smoke ? 2 : usual));
  if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError('--rounds must be a whole number >= 1');
  return smoke ? { rounds, sampleMs: 10, warmupMs: 20 } : { rounds, sampleMs: 200, warmupMs: 800 };
}

/** The workloads whose id is one of `only` or begins with it; all without any. @throws RangeError for no match. */
export function choose<T extends Pick<Workload, 'id'>>(all: readonly T[], only: readonly string[]): T[] {
  if (only.length === 0) return [...all];
  const fits = (id: string, wanted: string) => id === wanted || id.startsWith(`${wanted}-`);
  for (const wanted of only) {
    if (!all.some(({ id }) => fits(id, wanted))) throw new RangeError(`no workload ${wanted}`);
  }
  return all.filter(({ id }) => only.some((wanted) => fits(id, wanted)));
}
