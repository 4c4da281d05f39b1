import {
  type Agent,
  Coordinator,
  defineAgent,
  defineWorkflow,
  type HandlerContext,
  type Workflow,
} from '../../../src/index.ts';
import { aborted, turn } from '../harness/time.ts';

/** What the operations work with: one coordinator, and the one signal of the caller that is alive throughout. */
export interface World {
  readonly coordinator: Coordinator;
  readonly signal: AbortSignal;
  readonly workflow: Workflow<number, number>;
}

/** The wait before another attempt: none that takes time from the test, but a real one. */
const backoff = { initial: 1, factor: 1, jitter: 0 };

const quick = defineAgent('quick', {
  capabilities: ['count'],
  concurrency: 64,
  handle: async (n: number) => n + 1,
});

/** Fails at the first attempt at every task. */
const flaky = defineAgent('flaky', {
  concurrency: 64,
  policy: { attempts: 3, backoff },
  handle: async (n: number, { attempt }: HandlerContext) => {
    if (attempt === 1) throw new Error('planned');
    return n + attempt;
  },
});

/** Works until its signal tells it to stop. */
const stuck = defineAgent('stuck', {
  concurrency: 256,
  handle: (_input: number, { signal }: HandlerContext) =>
    aborted(signal).then(() => Promise.reject(signal.reason)),
});

/** Three steps, of which one fails at first and one is an agent's; gives its input and 11. */
const workflow: Workflow<number, number> = defineWorkflow<number>('small', {
  policy: { attempts: 2, backoff },
})
  .step('asked', { run: quick, input: ({ input }) => input })
  .step('own', {
    run: async (_scope, { attempt }) => {
      if (attempt === 1) throw new Error('planned');
      return 10;
    },
  })
  .step('sum', { run: ({ asked, own }) => asked + own, after: ['asked', 'own'] })
  .output(({ sum }) => sum);

/** Makes a coordinator with everything that the operations ask for. */
export function makeWorld(signal: AbortSignal): World {
  const coordinator = new Coordinator({ agents: [quick, flaky, stuck], grace: '1s' });
  coordinator.messages.respond('echo', async (body) => body);
  coordinator.messages.respond('hang', (_body, { signal }) => aborted(signal).then(() => undefined), {
    concurrency: 256,
  });
  return { coordinator, signal, workflow };
}

/** Comes, is asked, and goes. */
export function guest(name: string): Agent<number, number> {
  return defineAgent(name, { handle: (n: number) => n * 2 });
}

/** One coordinator from its making to its close, with a task, a request and a run. */
export async function oneLife(n: number): Promise<void> {
  const world = makeWorld(new AbortController().signal);
  const { coordinator } = world;
  const outputs = await Promise.all([
    coordinator.ask('quick', n),
    coordinator.messages.request('echo', n),
    coordinator.run(workflow, n),
  ]);
  if (outputs[0] !== n + 1 || outputs[1] !== n || outputs[2] !== n + 11) throw new Error('a wrong output');
  await coordinator.close();
  await turn();
}
