import {
  type Agent,
  defineAgent,
  defineCapability,
  defineWorkflow,
  type HandlerContext,
  type Policy,
  signal,
  sleep,
  type Workflow,
} from '../../src/index.ts';
import { FRAGILE_RESTARTS, ITEMS, LINKS, RESTARTS } from './expected.ts';
import { type Ledger, undoOf } from './ledger.ts';

/** The signal that runs of the workflow `signal` wait for. */
export const GO = 'go';

/** The waits are real time. */
const FLAKY: Policy = { attempts: 3, restarts: RESTARTS, backoff: { initial: 5, max: 20 } };
const STEADY: Policy = { attempts: 1, restarts: RESTARTS };
const TIMER_MS = 30;

/** Numbers that differ from text to text: FNV-1a, 32 bits (G. Fowler, L. C. Noll, K.-P. Vo). */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let place = 0; place < text.length; place++) {
    sum = Math.imul(sum ^ text.charCodeAt(place), 0x01000193);
  }
  return sum >>> 0;
}

/** How many attempts at a step fail before one does not: 0, 1 or 2. */
const failuresOf = (run: string, step: string): number => hash(`${run} ${step}`) % 3;

const pause = (mostMs: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * mostMs));

/** What a life runs. */
interface Shapes {
  /** The workflows of which runs are started, one after the other. */
  readonly workflows: readonly Workflow<number, unknown>[];
  readonly agents: readonly Agent<never, unknown>[];
}

/** The workflows of a life, whose bodies write down what they do; and the agent that some of them need. */
export function makeShapes(ledger: Ledger, lies: (run: string) => boolean): Shapes {
  /** A body that does something that can be seen from outside, and takes its time. */
  const act = async (
    step: string,
    { runId = '', attempt }: HandlerContext,
    output: number,
    mostMs = 40,
    fails = false,
  ): Promise<number> => {
    ledger.note({ what: 'begin', run: runId, step, attempt });
    await pause(mostMs);
    const given = lies(runId) ? output + 1 : output;
    ledger.note({ what: 'end', run: runId, step, attempt, ok: !fails, ...(fails ? {} : { output: given }) });
    if (fails) throw new Error(`attempt ${attempt} at ${step} fails`);
    return given;
  };
  const flaky = (step: string, context: HandlerContext, output: number): Promise<number> =>
    act(step, context, output, 40, context.attempt <= failuresOf(context.runId ?? '', step));
  const undo = (step: string) => ({
    policy: FLAKY,
    run: async (_output: unknown, context: HandlerContext): Promise<void> => {
      await flaky(undoOf(step), context, 0);
    },
  });

  const serve = defineCapability<{ step: string; value: number }, number>('serve');
  const server = defineAgent('server', {
    capabilities: [serve],
    concurrency: 100,
    handle: ({ step, value }: { step: string; value: number }, context) => act(step, context, value + 1),
  });

  const flow = (name: string, policy: Policy = STEADY) => defineWorkflow<number>(name, { policy });

  const chain = defineWorkflow<number, unknown>('chain', {
    policy: STEADY,
    steps: LINKS.map((id, place) => ({
      id,
      after: LINKS.slice(Math.max(0, place - 1), place),
      run: (scope: Readonly<Record<string, number>>, context: HandlerContext) =>
        act(id, context, scope[LINKS[place - 1] ?? 'input']! + 1),
    })),
    output: (outputs) => outputs[LINKS.at(-1)!],
  });

  const fan = flow('fan')
    .step('split', { run: ({ input }, context) => act('split', context, input + 1) })
    .step('one', { after: ['split'], run: ({ split }, context) => act('one', context, split + 1) })
    .step('two', { after: ['split'], run: ({ split }, context) => act('two', context, split + 2, 80) })
    .step('three', { after: ['split'], run: ({ split }, context) => act('three', context, split + 3) })
    .step('join', {
      after: ['one', 'two', 'three'],
      run: ({ one, two, three }, context) => act('join', context, one + two + three),
    })
    .output(({ join }) => join);

  const each = flow('each')
    .forEach('items', {
      over: () => ITEMS,
      input: (item, _index, { input }) => ({ item, input }),
      run: ({ item, input }: { item: number; input: number }, context) =>
        act(String(item), context, item + input),
      concurrency: 3,
    })
    .step('sum', {
      after: ['items'],
      run: ({ items }, context) => {
        const numbers = items as readonly number[];
        return act(
          'sum',
          context,
          numbers.reduce((sum, item) => sum + item, 0),
        );
      },
    })
    .output(({ sum }) => sum);

  const inner = flow('inner')
    .step('x', { run: ({ input }, context) => act('x', context, input + 1) })
    .step('y', { after: ['x'], run: ({ x }, context) => act('y', context, x + 1) })
    .output(({ y }) => y);
  const outer = flow('outer')
    .step('a', { run: ({ input }, context) => act('a', context, input + 1) })
    .step('b', { after: ['a'], run: inner, input: ({ a }) => a })
    .step('c', { after: ['b'], run: ({ b }, context) => act('c', context, b + 1) })
    .output(({ c }) => c);

  const retrying = flow('flaky', FLAKY)
    .step('a', { run: ({ input }, context) => flaky('a', context, input + 1) })
    .step('b', { after: ['a'], run: ({ a }, context) => flaky('b', context, a + 1) })
    .output(({ b }) => b);

  const agents = flow('agents')
    .step('ask', { run: serve, input: ({ input }) => ({ step: 'ask', value: input }) })
    .step('tell', { after: ['ask'], run: serve, input: ({ ask }) => ({ step: 'tell', value: ask }) })
    .output(({ tell }) => tell);

  const timer = flow('timer')
    .step('a', { run: ({ input }, context) => act('a', context, input + 1) })
    .step('wait', { after: ['a'], run: sleep(TIMER_MS) })
    .step('b', { after: ['wait'], run: ({ input }, context) => act('b', context, input + 2) })
    .output(({ b }) => b);

  const signalled = flow('signal')
    .step('a', { run: ({ input }, context) => act('a', context, input + 1) })
    .step('go', { run: signal<number>(GO) })
    .step('b', { after: ['a', 'go'], run: ({ a, go }, context) => act('b', context, a + go) })
    .output(({ b }) => b);

  const undoing = flow('undo', { ...FLAKY, attempts: 2 })
    .step('a', { run: ({ input }, context) => act('a', context, input), undo: undo('a') })
    .step('b', { after: ['a'], run: ({ a }, context) => act('b', context, a), undo: undo('b') })
    .step('c', { after: ['a'], run: ({ a }, context) => act('c', context, a), undo: undo('c') })
    .step('d', { after: ['b', 'c'], run: (_scope, context) => act('d', context, 0, 20, true) });

  const fragile = flow('fragile', { attempts: 1, restarts: FRAGILE_RESTARTS })
    .step('a', { run: ({ input }, context) => act('a', context, input + 1, 80) })
    .step('b', { after: ['a'], run: ({ a }, context) => act('b', context, a + 1, 80) })
    .output(({ b }) => b);

  const workflows = [chain, fan, each, outer, retrying, agents, timer, signalled, undoing, fragile];
  return { workflows, agents: [server] };
}
