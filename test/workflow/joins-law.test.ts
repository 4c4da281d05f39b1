import fc from 'fast-check';
import { expect, it } from 'vitest';
import { atLeast, before, type Join, quorum } from '../../src/workflow/joins.ts';
import { parseStep } from '../../src/workflow/parse-step.ts';
import { compile, type Plan } from '../../src/workflow/plan.ts';
import { joinErrorOf, NONE, nextStep, noLongerNeeded, scopeOf } from '../../src/workflow/schedule.ts';
import { RunState } from '../../src/workflow/state.ts';

// Random graphs with joins, told random ends of steps; after each, what the state says is worked out anew from nothing
// but the list of what happened.

type End = { readonly step: number; readonly kind: 'completed' | 'failed' | 'skipped' | 'cancelled' };

const joins = ['all', 'settled', 'any', atLeast(2), quorum(2), before(5)] as const;

const worlds = fc.record({
  steps: fc.array(
    fc.record({ picks: fc.array(fc.nat(), { maxLength: 4 }), join: fc.nat(joins.length - 1) }),
    { minLength: 1, maxLength: 9 },
  ),
  /** Chooses what happens next. */
  luck: fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
});
type World = typeof worlds extends fc.Arbitrary<infer W> ? W : never;

function planOf({ steps }: World): Plan {
  return compile(
    'w',
    steps.map(({ picks, join }, i) => {
      const after = i === 0 ? [] : [...new Set(picks.map((pick) => `s${pick % i}`))];
      const joined = joins[join] as (typeof joins)[number];
      const needs = typeof joined === 'object' && 'count' in joined ? joined.count : 1;
      return parseStep(`s${i}`, { run: () => i, after, ...(after.length >= needs ? { join: joined } : {}) });
    }),
  );
}

/** Outputs of which some agree. */
const outputOf = (step: number): number => step % 2;

/** The place in the history after which the turn of a step has come, and whether its join is satisfied then. */
function turnOf(plan: Plan, step: number, history: readonly (End | { readonly timeUp: number })[]) {
  const { after, join } = plan.steps[step] as { after: readonly string[]; join: Join | undefined };
  const members = after.map((id) => plan.index.get(id) as number);
  const ended: End[] = [];
  const judge = (): boolean | undefined => {
    const open = members.length - ended.length;
    const completed = ended.filter(({ kind }) => kind === 'completed');
    if (join === undefined || join.kind === 'settled' || join.kind === 'before')
      return open === 0 || undefined;
    const groups = Object.values(Object.groupBy(completed, (end) => outputOf(end.step)));
    const best =
      join.kind === 'quorum' ? Math.max(0, ...groups.map((group = []) => group.length)) : completed.length;
    const wanted = join.kind === 'any' ? 1 : join.count;
    if (best >= wanted) return true;
    return best + open < wanted ? false : undefined;
  };
  if (judge() === true) return { at: -1, satisfied: true };
  for (const [at, happening] of history.entries()) {
    if ('timeUp' in happening) {
      if (happening.timeUp === step && join?.kind === 'before') return { at, satisfied: true };
      continue;
    }
    if (happening.step === step) return undefined; // cancelled while it waited
    if (!members.includes(happening.step)) continue;
    ended.push(happening);
    const verdict = judge();
    if (verdict !== undefined) return { at, satisfied: verdict };
  }
  return undefined;
}

const membersOf = (plan: Plan, step: number): readonly number[] =>
  (plan.steps[step] as { after: readonly string[] }).after.map((id) => plan.index.get(id) as number);

/** What can be reached from a step, against the edges, by way of such steps only. */
function reached(plan: Plan, from: number, passes: (step: number) => boolean): Set<number> {
  const found = new Set<number>();
  const walk = [from];
  for (let step = walk.pop(); step !== undefined; step = walk.pop()) {
    for (const member of membersOf(plan, step)) {
      if (found.has(member) || !passes(member)) continue;
      found.add(member);
      walk.push(member);
    }
  }
  return found;
}

/** The steps that nobody needs: the largest set of open ones all whose dependants have had their turn or are in it. */
function unneededBy(plan: Plan, state: RunState, join: number): readonly number[] {
  const dependants = (step: number) =>
    [...plan.steps.keys()].filter((other) => membersOf(plan, other).includes(step));
  let set = reached(plan, join, (step) => state.isOpen(step));
  for (let size = -1; size !== set.size; ) {
    size = set.size;
    const left = [...set].filter((step) =>
      dependants(step).every((other) => !state.waits(other) || set.has(other)),
    );
    set = reached(plan, join, (step) => left.includes(step));
  }
  return [...set].sort((a, b) => a - b);
}

it('gives each step its turn once, at the moment that its join says, and names those that nobody needs', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const plan = planOf(world);
      const state = new RunState(plan);
      const history: (End | { timeUp: number })[] = [];
      const turns: number[] = [];
      const taken = new Set<number>();
      const gone = new Set<number>();
      const take = () => {
        for (let step = nextStep(state); step !== NONE; step = nextStep(state)) {
          turns.push(step);
          taken.add(step);
          const turn = turnOf(plan, step, history);
          expect(turn, `turn of s${step}`).toBeDefined();
          expect(joinErrorOf(plan, state, step) === undefined).toBe(
            turn?.satisfied || plan.joins?.[step] === undefined,
          );
        }
      };
      const end = ({ step, kind }: End) => {
        history.push({ step, kind });
        gone.add(step);
        if (kind === 'completed') state.stepCompleted(step, outputOf(step));
        else if (kind === 'failed') state.stepFailed(step, { name: 'Error', message: '' });
        else if (kind === 'skipped') state.stepSkipped(step, { kind: 'condition' });
        else state.stepCancelled(step);
      };
      take();
      for (const luck of world.luck) {
        const open = [...taken].filter((step) => !gone.has(step));
        const due = plan.timed.filter((step) => !gone.has(step));
        if (due.length > 0 && luck % 7 === 0) {
          const timeUp = due[luck % due.length] as number;
          history.push({ timeUp });
          state.joinTimeUp(timeUp);
        } else if (open.length > 0) {
          const kinds = ['completed', 'completed', 'failed', 'skipped'] as const;
          end({ step: open[luck % open.length] as number, kind: kinds[luck % 4] as End['kind'] });
        }
        const before = turns.length;
        take();
        // What `noLongerNeeded` names is cancelled, as the run does; for some turns only.
        for (const step of turns.slice(before).filter((turn) => plan.joins?.[turn] !== undefined)) {
          const unneeded = noLongerNeeded(plan, state, step);
          expect(unneeded).toEqual(unneededBy(plan, state, step));
          const seen = Object.keys(scopeOf(plan, state, step, undefined));
          if (luck % 3 === 0) for (const member of unneeded) end({ step: member, kind: 'cancelled' });
          take();
          expect(Object.keys(scopeOf(plan, state, step, undefined))).toEqual(seen);
        }
        expect(state.left).toBe(plan.steps.length - gone.size);
      }
      expect(new Set(turns).size).toBe(turns.length);
      for (const step of plan.steps.keys()) {
        const turn = turnOf(plan, step, history);
        const came = turn !== undefined && !(gone.has(step) && !taken.has(step));
        expect(taken.has(step), `s${step}`).toBe(came);
      }
    }),
    { numRuns: 1_000 },
  );
});

it('says that a run may go on without a step only when it says so, or all after it can do without', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const plan = planOf(world);
      const state = new RunState(plan);
      for (const [step, { id }] of plan.steps.entries()) {
        const dependants = plan.steps.filter(({ after }) => after.includes(id));
        const expected = dependants.length > 0 && dependants.every(({ join }) => join !== undefined);
        expect(state.tolerated(step)).toBe(expected);
      }
    }),
  );
});
