import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Coordinator, defineWorkflow, type Workflow } from '../src/index.ts';
import { sqliteStore } from '../src/integrations/sqlite/index.ts';
import { mainThreadUs } from './harness/clock.ts';
import { collect } from './harness/measure.ts';
import { median } from './harness/statistics.ts';

/** One run of a chain of so many steps, of which half are done. */
export interface ResumeJob {
  readonly kind: 'resume';
  readonly folder: string;
  readonly steps: number;
  readonly rounds: number;
}

export interface ResumeOutcome {
  readonly entries: number;
  /** Opening the file, which is read and checked as a whole. */
  readonly openMs: number;
  /** From the call of `resume` until the first step that was not done begins. */
  readonly resumeMs: number;
  /** The same, of the main thread's processor time. */
  readonly resumeMainMs: number;
}

/** A chain whose step in the middle waits until it is let through, and says that it began. */
function halfChain(steps: number, reached: () => void, isOpen: () => boolean): Workflow<number, unknown> {
  const middle = steps >> 1;
  return defineWorkflow<number, unknown>('half', {
    steps: Array.from({ length: steps }, (_, step) => ({
      id: `s${step}`,
      after: step === 0 ? [] : [`s${step - 1}`],
      run: async () => {
        if (step !== middle) return step;
        reached();
        return isOpen() ? step : new Promise(() => {});
      },
    })),
    output: (outputs) => outputs[`s${steps - 1}`],
  });
}

export async function measureResume({ folder, steps, rounds }: ResumeJob): Promise<ResumeOutcome> {
  const file = join(folder, 'resume.db');
  let entries = 0;
  const [open, wall, main]: [number[], number[], number[]] = [[], [], []];
  // The first round only loads and compiles what is needed.
  for (let round = 0; round <= rounds; round++) {
    await stopHalfway(file, steps);
    collect();
    let from = performance.now();
    const store = sqliteStore({ file, durability: 'process' });
    await store.open();
    const openMs = performance.now() - from;
    const began = Promise.withResolvers<void>();
    const workflow = halfChain(steps, began.resolve, () => true);
    const coordinator = new Coordinator({ store, workflows: { definitions: [workflow] } });
    collect();
    from = performance.now();
    const mainFrom = mainThreadUs();
    const { resumed, left } = await coordinator.resume();
    await began.promise;
    if (round > 0) {
      open.push(openMs);
      wall.push(performance.now() - from);
      main.push((mainThreadUs() - mainFrom) / 1_000);
    }
    if (left.length > 0 || (await resumed[0]!.result) !== steps - 1) throw new Error('not resumed');
    entries = 2 * (steps >> 1) + 2;
    await coordinator.close();
    await store.close();
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  }
  return { entries, openMs: median(open), resumeMs: median(wall), resumeMainMs: median(main) };
}

/** Leaves the file as the orderly end of a process does. */
async function stopHalfway(file: string, steps: number): Promise<void> {
  const began = Promise.withResolvers<void>();
  const store = sqliteStore({ file, durability: 'process' });
  const coordinator = new Coordinator({ store, grace: 1 });
  coordinator.start(
    halfChain(steps, began.resolve, () => false),
    0,
    { id: 'run' },
  );
  await began.promise;
  await coordinator.close();
  await store.close();
}
