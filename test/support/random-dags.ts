import fc from 'fast-check';
import type { SkipReason, StepData, StepScope } from '../../src/index.ts';
import type { FakeClock } from '../../src/testing/index.ts';
import { sleep } from './workflows.ts';

/** What one step of a random workflow does. */
export interface StepPlan {
  readonly id: string;
  readonly after: readonly string[];
  /** How long its code takes. */
  readonly ms: number;
  /** What its `when` says; undefined for none. */
  readonly when: boolean | undefined;
  readonly fails: boolean;
}

/** How one step must end. */
export interface Expected {
  readonly status: 'completed' | 'failed' | 'skipped';
  readonly endMs: number;
  readonly startMs: number | undefined;
  readonly output: unknown;
  /** For a skipped step: the reason's kind, and the steps that may be named by it. */
  readonly skip: { readonly kind: SkipReason['kind']; readonly by: readonly string[] } | undefined;
}

/** Workflows of up to 12 steps in any order of definition, some of which fail, are skipped, or take their time. */
export function dags(): fc.Arbitrary<readonly StepPlan[]> {
  const step = fc.record({
    ms: fc.integer({ min: 0, max: 6 }),
    when: fc.constantFrom<boolean | undefined>(undefined, undefined, undefined, true, false),
    fails: fc.integer({ min: 0, max: 6 }).map((n) => n === 0),
    picks: fc.array(fc.nat(), { maxLength: 4 }),
    place: fc.nat(),
  });
  return fc.array(step, { maxLength: 12 }).map((drawn) => {
    const plans = drawn.map(({ picks, place, ...plan }, i) => {
      const after = i === 0 ? [] : [...new Set(picks.map((pick) => `s${pick % i}`))];
      return { place, plan: { id: `s${i}`, after, ...plan } };
    });
    return plans.sort((a, b) => a.place - b.place).map(({ plan }) => plan);
  });
}

/** A step's output: its id and the outputs that it saw, so that the whole past of a value can be read off it. */
function outputOf(id: string, scope: Readonly<Record<string, unknown>>): unknown {
  const seen = Object.entries(scope).filter(([key]) => key !== 'input');
  return { id, seen: Object.fromEntries(seen.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** The plans as steps of a workflow; `log` hears of each call of a step's code with what it saw. */
export function stepsOf(
  plans: readonly StepPlan[],
  clock: FakeClock,
  log: (id: string, scope: Readonly<Record<string, unknown>>) => void,
): StepData[] {
  return plans.map(({ id, after, ms, when, fails }) => ({
    id,
    after,
    ...(when === undefined ? {} : { when: () => when }),
    run: async (scope: StepScope<unknown, Record<string, unknown>, string>) => {
      log(id, scope);
      if (ms > 0) await sleep(clock, ms);
      if (fails) throw new Error(`${id} fails`);
      return outputOf(id, scope);
    },
  }));
}

/** What must come of a workflow, worked out step by step without an engine. */
export function interpret(plans: readonly StepPlan[]): ReadonlyMap<string, Expected> {
  const ends = new Map<string, Expected>();
  const left = [...plans];
  while (left.length > 0) {
    const index = left.findIndex(({ after }) => after.every((id) => ends.has(id)));
    const [plan] = left.splice(index, 1);
    if (plan !== undefined) ends.set(plan.id, interpretStep(plan, ends));
  }
  return ends;
}

function interpretStep(
  { id, after, ms, when, fails }: StepPlan,
  ends: ReadonlyMap<string, Expected>,
): Expected {
  const before = after.map((name) => [name, ends.get(name) as Expected] as const);
  const readyMs = Math.max(0, ...before.map(([, { endMs }]) => endMs));
  const skipped = { status: 'skipped', startMs: undefined, endMs: readyMs, output: undefined } as const;
  const blockers = before.filter(
    ([, { status, skip }]) => status === 'failed' || skip?.kind === 'dependency',
  );
  if (blockers.length > 0) {
    const firstMs = Math.min(...blockers.map(([, { endMs }]) => endMs));
    const by = blockers.filter(([, { endMs }]) => endMs === firstMs).map(([name]) => name);
    return { ...skipped, skip: { kind: 'dependency', by } };
  }
  if (when === false) return { ...skipped, skip: { kind: 'condition', by: [] } };
  const scope = Object.fromEntries(
    before.filter(([, { status }]) => status === 'completed').map(([name, { output }]) => [name, output]),
  );
  return {
    status: fails ? 'failed' : 'completed',
    startMs: readyMs,
    endMs: readyMs + ms,
    output: fails ? undefined : outputOf(id, scope),
    skip: undefined,
  };
}
