import { setImmediate as nextTurn } from 'node:timers/promises';
import { mainThreadUs, processUs } from './clock.ts';
import type { Plan, Round, Sample, Side } from './types.ts';

/** Collects garbage, so that one side's does not fall into the other's time. Needs `--expose-gc`. */
export function collect(): void {
  globalThis.gc?.();
}

/**
 * Runs batches for at least `targetMs` of the main thread and returns the time of one operation.
 * Every batch is followed by one turn of the event loop, which belongs to its time: work that was put off is paid.
 */
export async function sample(side: Side, ops: number, targetMs: number): Promise<Sample> {
  collect();
  let main = 0;
  let all = 0;
  let batches = 0;
  do {
    const allBefore = processUs();
    const mainBefore = mainThreadUs();
    await side.batch();
    await nextTurn();
    main += mainThreadUs() - mainBefore;
    all += processUs() - allBefore;
    batches += 1;
    side.check();
  } while (main < targetMs * 1000);
  return { mainUs: main / batches / ops, processUs: all / batches / ops };
}

/**
 * Measures both sides in turn: limit, ours, limit, ours … The warm-up alternates too, in four slices,
 * so that code both share has seen both before the first round counts.
 */
export async function measure(
  limit: Side,
  ours: Side | undefined,
  ops: number,
  plan: Plan,
): Promise<Round[]> {
  for (let slice = 0; slice < 4; slice += 1) {
    await sample(limit, ops, plan.warmupMs / 4);
    if (ours) await sample(ours, ops, plan.warmupMs / 4);
  }
  const rounds: Round[] = [];
  for (let round = 0; round < plan.rounds; round += 1) {
    const limitSample = await sample(limit, ops, plan.sampleMs);
    const oursSample = ours && (await sample(ours, ops, plan.sampleMs));
    rounds.push(oursSample ? { limit: limitSample, ours: oursSample } : { limit: limitSample });
  }
  return rounds;
}
