import type { CadreEvent, Coordinator, Run } from '../index.ts';
import { type AtRestOptions, describeLeftovers, leftoversOf } from './at-rest.ts';
import { EventLog } from './event-log.ts';

/** What a matcher answers: `expect` of vitest and of jest takes it. */
export interface MatcherResult {
  /** Whether it is as was said. */
  readonly pass: boolean;
  /** What was found; read when the expectation fails, also one with `.not`. */
  readonly message: () => string;
}

/**
 * The types of {@link matchers}. For vitest 5 declare them once, in a file that the compiler sees:
 *
 * ```ts
 * import type { CadreMatchers } from 'cadre/testing';
 * declare module 'vitest' {
 *   interface Matchers<R extends void | Promise<void>, T> extends CadreMatchers<R, T> {}
 * }
 * ```
 *
 * @typeParam R What an expectation returns. @typeParam T What is looked at.
 */
export interface CadreMatchers<R = void, T = unknown> {
  /**
   * The step `first` had ended before the step `second` started, by the order of events, so also where the clock stood
   * still. Takes a {@link EventLog}, or a run that has ended: then it must be awaited.
   *
   * A name that is no step of the run is an error, also with `.not`.
   */
  // biome-ignore lint/suspicious/noExplicitAny: a run of any output
  toHaveRunBefore(first: string, second: string): T extends Run<any> ? Promise<void> : R;
  /** So many attempts were made at the step of this run so far. A name that is no step is an error. */
  toHaveAttempts(step: string, attempts: number): R;
  /**
   * Among the attempts of this {@link EventLog} there was one that was given to the agent. With several names: to each
   * of them, in this order, others in between or not. `log.agents` has the whole list.
   */
  toHaveBeenRoutedTo(...agents: readonly string[]): R;
  /** Nothing is under way in this coordinator and nothing is left, as `expectAtRest` says. */
  toBeAtRest(options?: AtRestOptions): R;
}

/**
 * Matchers for workflows, routing and rest: `expect.extend(matchers)`. Made for vitest, without importing it; each
 * works with `.not`. The types are {@link CadreMatchers}.
 *
 * A matcher that is given something else than it can look at throws a `TypeError`.
 */
export const matchers: {
  /** See {@link CadreMatchers.toHaveRunBefore}. */
  toHaveRunBefore(subject: unknown, first: string, second: string): MatcherResult | Promise<MatcherResult>;
  /** See {@link CadreMatchers.toHaveAttempts}. */
  toHaveAttempts(subject: unknown, step: string, attempts: number): MatcherResult;
  /** See {@link CadreMatchers.toHaveBeenRoutedTo}. */
  toHaveBeenRoutedTo(subject: unknown, ...agents: readonly string[]): MatcherResult;
  /** See {@link CadreMatchers.toBeAtRest}. */
  toBeAtRest(subject: unknown, options?: AtRestOptions): MatcherResult;
} = {
  toHaveRunBefore: (subject, first, second) => {
    if (subject instanceof EventLog) return ranBefore(subject.events, first, second);
    return ranBeforeIn(runOf('toHaveRunBefore', subject, 'a run or an EventLog'), first, second);
  },

  toHaveAttempts: (subject, step, attempts) => {
    const found = stepOf(runOf('toHaveAttempts', subject, 'a run'), step);
    const state = `${found.attempts} were made, and it is ${found.status}`;
    return {
      pass: found.attempts === attempts,
      message: () =>
        `expected step "${step}" ${found.attempts === attempts ? 'not ' : ''}to have ${attempts} attempts: ${state}`,
    };
  },

  toHaveBeenRoutedTo: (subject, ...agents) => {
    if (!(subject instanceof EventLog)) throw wrongSubject('toHaveBeenRoutedTo', 'an EventLog', subject);
    if (agents.length === 0) throw new TypeError('toHaveBeenRoutedTo: name an agent');
    const given = subject.agents;
    let found = 0;
    for (const agent of given) if (agent === agents[found]) found++;
    const pass = found === agents.length;
    const list = given.length === 0 ? 'no agent' : given.join(', ');
    return {
      pass,
      message: () =>
        `expected attempts ${pass ? 'not ' : ''}to be given to ${agents.join(', then ')}: they were given to ${list}`,
    };
  },

  toBeAtRest: (subject, options) => {
    if (typeof (subject as Coordinator | undefined)?.stats !== 'function')
      throw wrongSubject('toBeAtRest', 'a coordinator', subject);
    const leftovers = leftoversOf(subject as Coordinator, options);
    const pass = leftovers.length === 0;
    const found = pass ? 'nothing is under way' : describeLeftovers(leftovers);
    return { pass, message: () => `expected the coordinator ${pass ? 'not ' : ''}to be at rest: ${found}` };
  },
};

async function ranBeforeIn(run: Run, first: string, second: string): Promise<MatcherResult> {
  stepOf(run, first);
  stepOf(run, second);
  const { status } = run.snapshot();
  if (status === 'pending' || status === 'running')
    throw new TypeError(`toHaveRunBefore: the run "${run.id}" is ${status}; await its result first`);
  const events: CadreEvent[] = [];
  for await (const event of run.events()) events.push(event);
  return judge(new Map([[run.id, events]]), first, second);
}

function ranBefore(events: readonly CadreEvent[], first: string, second: string): MatcherResult {
  const runs = Map.groupBy(
    events.filter((event) => 'step' in event && event.type.startsWith('step.')),
    (event) => ('runId' in event && event.runId) || '',
  );
  for (const step of [first, second]) {
    if (!events.some((event) => 'step' in event && event.step === step))
      throw new TypeError(`toHaveRunBefore: nothing in the log is about a step "${step}"`);
  }
  for (const [id, list] of runs) {
    if (!list.some((event) => 'step' in event && (event.step === first || event.step === second)))
      runs.delete(id);
  }
  return judge(runs, first, second);
}

/** It holds when it holds in each run. */
function judge(
  runs: ReadonlyMap<string, readonly CadreEvent[]>,
  first: string,
  second: string,
): MatcherResult {
  const verdicts = [...runs].map(([id, events]) => verdictOn(id, events, first, second));
  const wrong = verdicts.find(({ holds }) => !holds);
  const { told } = wrong ?? verdicts[0]!;
  const pass = wrong === undefined;
  return {
    pass,
    message: () => `expected step "${first}" ${pass ? 'not ' : ''}to have run before "${second}": ${told}`,
  };
}

const ENDS: readonly string[] = ['step.completed', 'step.failed', 'step.cancelled'];

function verdictOn(
  runId: string,
  events: readonly CadreEvent[],
  first: string,
  second: string,
): { readonly holds: boolean; readonly told: string } {
  const places = (step: string, types: readonly string[]): number =>
    events.findIndex((event) => 'step' in event && event.step === step && types.includes(event.type));
  const started = places(second, ['step.started']);
  const begun = places(first, ['step.started']);
  const ended = places(first, ENDS);
  const told = (what: string): string => `in run "${runId}" ${what}`;
  if (begun < 0) return { holds: false, told: told(`"${first}" never started`) };
  if (started < 0) return { holds: false, told: told(`"${second}" never started`) };
  if (ended < 0) return { holds: false, told: told(`"${first}" has not ended`) };
  if (ended < started) return { holds: true, told: told(`"${first}" ended, and then "${second}" started`) };
  return { holds: false, told: told(`"${second}" started before "${first}" ended`) };
}

function stepOf(run: Run, id: string) {
  const { steps } = run.snapshot();
  const step = steps.find((each) => each.id === id);
  if (step !== undefined) return step;
  const names = steps.map((each) => `"${each.id}"`).join(', ');
  throw new TypeError(`The run "${run.id}" has no step "${id}"; its steps are ${names}`);
}

function runOf(matcher: string, subject: unknown, wanted: string): Run {
  const run = subject as Run | null | undefined;
  if (typeof run?.snapshot === 'function' && typeof run.events === 'function') return run;
  throw wrongSubject(matcher, wanted, subject);
}

function wrongSubject(matcher: string, wanted: string, subject: unknown): TypeError {
  return new TypeError(
    `${matcher} looks at ${wanted}, not at ${subject === null ? 'null' : `a ${typeof subject}`}`,
  );
}
