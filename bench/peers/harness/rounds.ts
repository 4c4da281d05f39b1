import type { Plan, Sample } from '../../harness/types.ts';
import { SideProcess } from './side-process.ts';
import type { SideJob } from './types.ts';

/** A side that takes part, under the name by which its samples are found. */
export interface Entrant {
  readonly key: string;
  readonly job: SideJob;
}

/** What was measured: the samples of each round by entrant, and why an entrant has none. */
export interface Measured {
  readonly rounds: readonly ReadonlyMap<string, Sample>[];
  readonly failures: ReadonlyMap<string, string>;
}

/**
 * Measures all entrants, each in a process of its own that lives through all rounds. They are asked for one sample
 * in turn, so that a change of the machine's speed hits all of them; each round begins with another one.
 * An entrant that fails leaves, the others go on; one of which `failed` says why does not begin.
 */
export async function measureInTurn(
  entrants: readonly Entrant[],
  plan: Plan,
  failed: ReadonlyMap<string, string>,
): Promise<Measured> {
  const failures = new Map(failed);
  const processes = new Map<string, SideProcess>();
  const rounds: Map<string, Sample>[] = [];

  const attempt = async (key: string, work: () => Promise<void>) => {
    if (failures.has(key)) return;
    try {
      await work();
    } catch (error) {
      failures.set(key, error instanceof Error ? error.message : String(error));
      await processes.get(key)?.stop();
    }
  };

  try {
    for (const { key, job } of entrants) {
      await attempt(key, async () => {
        const side = await SideProcess.start(job);
        processes.set(key, side);
        await side.warmUp(plan.warmupMs);
      });
    }
    for (let round = 0; round < plan.rounds; round += 1) {
      const samples = new Map<string, Sample>();
      const first = round % entrants.length;
      for (const { key } of [...entrants.slice(first), ...entrants.slice(0, first)]) {
        await attempt(key, async () => {
          samples.set(key, await processes.get(key)!.sample(plan.sampleMs));
        });
      }
      rounds.push(samples);
    }
  } finally {
    await Promise.all([...processes.values()].map((side) => side.stop()));
  }
  return { rounds, failures };
}
