import {
  type Agent,
  atLeast,
  before,
  defineAgent,
  defineCapability,
  defineWorkflow,
  gate,
  type HandlerContext,
  quorum,
  type Run,
  type StepData,
  signal,
  sleep,
  type Workflow,
} from '../../../src/index.ts';

type Scope = Readonly<Record<string, unknown>>;

/** What the workflows below are made with: their code goes through it, so that it is seen what begins and what ends. */
export interface Kit {
  /** Code of a step: takes so many milliseconds, and then gives `output`, or what it makes of its scope. */
  step(ms: number, output?: unknown): (input: never, context: HandlerContext) => Promise<unknown>;
  /** Code that fails in its first attempts. */
  failing(failures: number, output?: unknown): (input: never, context: HandlerContext) => Promise<unknown>;
  /** Code that fails until so many runs that are part of others have failed. */
  failingRuns(
    failures: number,
    output?: unknown,
  ): (input: never, context: HandlerContext) => Promise<unknown>;
  /** Code that takes back what a step did. */
  undo(ms: number): (output: unknown, context: HandlerContext) => Promise<void>;
}

/** One workflow, and what is done to its runs from outside. */
export interface KillFlow {
  readonly flow: Workflow;
  readonly agents?: readonly Agent<never, unknown>[];
  /** Called again and again while a run is under way; what it sends it must send once, and again when that failed. */
  readonly poke?: (run: Run, once: (what: string, act: () => Promise<void>) => void) => void;
}

const retries = { attempts: 3, backoff: { initial: 10, jitter: 0 } };

function list(name: string, steps: readonly StepData[], options: object = {}): Workflow {
  return defineWorkflow(name, { steps, ...options }) as Workflow;
}

/** Some thirty workflows, by what is special about each. */
export const killFlows: Readonly<Record<string, (kit: Kit) => KillFlow>> = {
  'one step': ({ step }) => ({ flow: list('w', [{ id: 'a', run: step(5, 1) }]) }),
  'a chain': ({ step }) => ({
    flow: list(
      'w',
      [0, 1, 2, 3, 4].map((n) => ({ id: `s${n}`, after: n === 0 ? [] : [`s${n - 1}`], run: step(3, n) })),
    ),
  }),
  'a diamond': ({ step }) => ({
    flow: list('w', [
      { id: 'a', run: step(2, 'a') },
      { id: 'b', after: ['a'], run: step(5, 'b') },
      { id: 'c', after: ['a'], run: step(3, 'c') },
      { id: 'd', after: ['b', 'c'], run: step(2) },
    ]),
  }),
  'steps side by side': ({ step }) => ({
    flow: list(
      'w',
      [0, 1, 2, 3].map((n) => ({ id: `s${n}`, run: step(7 - n, n) })),
    ),
  }),
  'one slot': ({ step }) => ({
    flow: list(
      'w',
      [0, 1, 2].map((n) => ({ id: `s${n}`, run: step(3, n) })),
      { concurrency: 1 },
    ),
  }),
  'an input': ({ step }) => ({
    flow: list('w', [{ id: 'a', run: step(1), input: ({ input }: Scope) => ({ given: input }) }]),
  }),
  retries: ({ failing, step }) => ({
    flow: list('w', [
      { id: 'a', run: failing(2, 'in the end'), policy: retries },
      { id: 'b', after: ['a'], run: step(2) },
    ]),
  }),
  'a failure': ({ failing, step }) => ({
    flow: list('w', [
      { id: 'a', run: failing(9) },
      { id: 'b', run: step(30) },
      { id: 'c', after: ['a'], run: step(2) },
    ]),
  }),
  'a failure that is gone on without': ({ failing, step }) => ({
    flow: list('w', [
      { id: 'a', run: failing(9), onFailure: 'continue' },
      { id: 'b', after: ['a'], run: step(2) },
      { id: 'c', run: step(3) },
    ]),
  }),
  'a value instead': ({ failing, step }) => ({
    flow: list('w', [
      { id: 'a', run: failing(9), policy: retries, onFailure: { value: 'instead' } },
      { id: 'b', after: ['a'], run: step(2) },
    ]),
  }),
  'a step instead': ({ failing, step }) => ({
    flow: list('w', [
      { id: 'a', run: failing(9), policy: retries, onFailure: { run: step(3, 'instead') as never } },
      { id: 'b', after: ['a'], run: step(2) },
    ]),
  }),
  'a step instead that needs retries': ({ failing }) => ({
    flow: list('w', [
      {
        id: 'a',
        run: failing(9),
        policy: retries,
        onFailure: { run: failing(4, 'instead') as never, policy: { ...retries, attempts: 4 } },
      },
    ]),
  }),
  conditions: ({ step }) => ({
    flow: list('w', [
      { id: 'a', run: step(2, 1) },
      { id: 'b', after: ['a'], when: ({ a }: Scope) => a === 2, run: step(2) },
      { id: 'c', after: ['a', 'b'], when: ({ a }: Scope) => a === 1, run: step(2) },
    ]),
  }),
  'a join of any': ({ step }) => ({
    flow: list('w', [
      { id: 'a', run: step(900, 'slow') },
      { id: 'b', run: step(4, 'fast') },
      { id: 'c', after: ['a', 'b'], join: 'any', run: step(2) },
    ]),
  }),
  'a join of settled': ({ step, failing }) => ({
    flow: list('w', [
      { id: 'a', run: failing(9) },
      { id: 'b', run: step(4, 'b') },
      { id: 'c', after: ['a', 'b'], join: 'settled', run: step(2) },
    ]),
  }),
  'a join of two': ({ step, failing }) => ({
    flow: list('w', [
      { id: 'a', run: step(3, 'a') },
      { id: 'b', run: failing(9) },
      { id: 'c', run: step(5, 'c') },
      { id: 'd', after: ['a', 'b', 'c'], join: atLeast(2), run: step(2) },
    ]),
  }),
  'a quorum': ({ step }) => ({
    flow: list('w', [
      { id: 'a', run: step(3, 'yes') },
      { id: 'b', run: step(4, 'no') },
      { id: 'c', run: step(5, 'yes') },
      { id: 'd', after: ['a', 'b', 'c'], join: quorum(2), run: step(2, 'agreed') },
    ]),
  }),
  'a join before': ({ step }) => ({
    flow: list('w', [
      { id: 'a', run: step(3, 'a') },
      { id: 'b', run: sleep('10m') },
      { id: 'c', after: ['a', 'b'], join: before('5m'), run: step(2) },
    ]),
  }),
  'a timer': ({ step }) => ({
    flow: list('w', [
      { id: 'a', run: sleep('50s') },
      { id: 'b', after: ['a'], run: step(2, 'awake') },
    ]),
  }),
  'a signal': ({ step }) => ({
    flow: list('w', [
      { id: 'a', run: signal('go') },
      { id: 'b', after: ['a'], run: step(2) },
    ]),
    poke: (run, once) => once('go', () => run.sendSignal('go', 'now')),
  }),
  'a signal that comes too early': ({ step }) => ({
    flow: list('w', [
      { id: 'a', run: step(400, 'a') },
      { id: 'b', after: ['a'], run: signal('go') },
    ]),
    poke: (run, once) => once('go', () => run.sendSignal('go', 'now')),
  }),
  'a signal that does not come': () => ({
    flow: list('w', [
      { id: 'a', run: signal('go'), policy: { timeout: '40s' }, onFailure: { value: 'never' } },
    ]),
  }),
  'a gate': ({ step }) => ({
    flow: list('w', [
      { id: 'a', run: gate({ ask: 'May it?' }) },
      { id: 'b', after: ['a'], run: step(2) },
    ]),
    poke: (run, once) => once('yes', () => run.decide('a', { approved: true })),
  }),
  'a gate with a quorum': () => ({
    flow: list('w', [{ id: 'a', run: gate({ ask: 'May it?', quorum: 2 }) }]),
    poke: (run, once) => {
      once('ann', () => run.decide('a', { approved: true }, { by: 'ann' }));
      once('bob', () => run.decide('a', { approved: true }, { by: 'bob' }));
    },
  }),
  'a gate that nobody decides': ({ step }) => ({
    flow: list('w', [
      {
        id: 'a',
        run: gate({ ask: 'May it?', deadline: '50s', default: { approved: true, comment: 'time' } }),
      },
      { id: 'b', after: ['a'], run: step(2) },
    ]),
  }),
  'a gate that is rejected': ({ step }) => ({
    flow: list('w', [
      { id: 'a', run: gate({ ask: 'May it?', onReject: 'cancel-siblings' }) },
      { id: 'b', run: gate({ ask: 'And this?' }) },
      { id: 'c', run: step(2, 'done') },
    ]),
    poke: (run, once) => once('no', () => run.decide('a', { approved: false })),
  }),
  'an agent': ({ step }) => {
    const agent = defineAgent('ada', {
      handle: async (input: string, context) => step(4, `for ${input}`)(undefined as never, context),
    });
    return {
      agents: [agent],
      flow: list('w', [{ id: 'a', run: agent, input: () => 'you' }]),
    };
  },
  'a nested workflow': ({ step }) => ({
    flow: list('w', [
      { id: 'a', run: step(2, 'a') },
      {
        id: 'n',
        after: ['a'],
        run: list('inner', [
          { id: 'x', run: step(3, 'x') },
          { id: 'y', after: ['x'], run: step(3) },
        ]),
        input: ({ a }: Scope) => a,
      },
      { id: 'z', after: ['n'], run: step(2) },
    ]),
  }),
  'workflows in workflows': ({ step, failing }) => ({
    flow: list('w', [
      {
        id: 'n',
        run: list('middle', [
          {
            id: 'm',
            run: list('inner', [
              { id: 'x', run: failing(1, 'x'), policy: retries },
              { id: 'y', after: ['x'], run: sleep('20s') },
              { id: 'z', after: ['y'], run: step(2, 'z') },
            ]),
            input: () => undefined,
          },
        ]),
        input: () => undefined,
      },
    ]),
  }),
  'a nested workflow that fails': ({ step, failing }) => ({
    flow: list('w', [
      {
        id: 'n',
        run: list('inner', [
          { id: 'x', run: step(3, 'x') },
          { id: 'y', after: ['x'], run: failing(9) },
        ]),
        input: () => undefined,
        onFailure: { value: 'without it' },
      },
    ]),
  }),
  'a nested workflow that is tried again': ({ failingRuns, step }) => ({
    flow: list('w', [
      {
        id: 'n',
        run: list('inner', [{ id: 'x', run: failingRuns(2, 'x') }]),
        input: () => undefined,
        policy: { ...retries, retryWhen: () => true },
      },
      { id: 'z', after: ['n'], run: step(2) },
    ]),
  }),
  'a step in the place of a nested workflow': ({ failing, step }) => ({
    flow: list('w', [
      {
        id: 'n',
        run: list('inner', [{ id: 'x', run: failing(9) }]),
        input: () => undefined,
        onFailure: { run: step(40, 'instead') as never },
      },
    ]),
  }),
  'a nested workflow in the place of a step': ({ failing, step }) => ({
    flow: list('w', [
      {
        id: 'n',
        run: failing(9),
        onFailure: { run: list('inner', [{ id: 'x', run: step(20, 'x') }]) as never, input: () => undefined },
      },
    ]),
  }),
  'a list of nested workflows': ({ step }) => ({
    flow: list('w', [
      {
        id: 'a',
        forEach: {
          over: () => [1, 2],
          run: list('inner', [
            { id: 'x', run: step(3) },
            { id: 'y', after: ['x'], run: step(3, 'y') },
          ]),
          input: (item) => item,
        },
      },
    ]),
  }),
  'a race of waits': ({ step }) => ({
    flow: list('w', [
      {
        id: 'a',
        race: {
          members: {
            time: { run: sleep('40s') },
            word: { run: signal('go') },
            person: { run: gate({ ask: 'Well?' }) },
          },
        },
      },
      { id: 'b', after: ['a'], run: step(2) },
    ]),
  }),
  'a nested workflow that fails the run': ({ step, failing }) => ({
    flow: list('w', [
      {
        id: 'n',
        run: list('inner', [{ id: 'x', run: failing(9) }]),
        input: () => undefined,
      },
      { id: 'z', after: ['n'], run: step(2) },
    ]),
  }),
  'a list': ({ step }) => ({
    flow: list('w', [
      { id: 'a', run: step(2, [1, 2, 3]) },
      { id: 'b', after: ['a'], forEach: { over: ({ a }) => a as number[], run: step(3) } },
    ]),
  }),
  rounds: ({ step }) => ({
    flow: list('w', [
      {
        id: 'a',
        repeat: {
          run: step(2) as never,
          input: ({ round }) => round,
          until: (_output, round) => round === 3,
          most: 5,
        },
      },
    ]),
  }),
  'a race': ({ step }) => ({
    flow: list('w', [
      { id: 'a', race: { members: { slow: { run: step(900, 's') }, fast: { run: step(3, 'f') } } } },
      { id: 'b', after: ['a'], run: step(2) },
    ]),
  }),
  'a choice': ({ step }) => ({
    flow: list('w', [
      { id: 'a', run: step(2, 'left') },
      {
        id: 'b',
        after: ['a'],
        branch: {
          on: ({ a }) => a as string,
          cases: { left: { run: step(3, 'l') }, right: { run: step(3, 'r') } },
        },
      },
    ]),
  }),
  'several agents': ({ step }) => {
    const review = defineCapability('review');
    const agents = ['ada', 'bob'].map((name) =>
      defineAgent(name, {
        capabilities: [review],
        handle: async (_input: unknown, context) => step(4, name)(undefined as never, context),
      }),
    );
    return { agents, flow: list('w', [{ id: 'a', scatter: { run: review as never, input: () => 'this' } }]) };
  },
  'an undo': ({ step, failing, undo }) => ({
    flow: list('w', [
      { id: 'a', run: step(2, 'a'), undo: undo(3) },
      { id: 'b', run: step(4, 'b'), undo: undo(3) },
      { id: 'c', after: ['a', 'b'], run: failing(9) },
    ]),
  }),
  'an undo of a nested workflow': ({ step, failing, undo }) => ({
    flow: list('w', [
      { id: 'a', run: step(2, 'a'), undo: undo(3) },
      {
        id: 'n',
        after: ['a'],
        run: list('inner', [
          { id: 'x', run: step(3, 'x'), undo: undo(2) },
          { id: 'y', after: ['x'], run: failing(9) },
        ]),
        input: () => undefined,
      },
    ]),
  }),
};
