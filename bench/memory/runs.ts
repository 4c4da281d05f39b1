import { diamond, expectedResult, stepId, stepSpecs } from '../workloads/graphs.ts';
import type { Holding, Thing } from './types.ts';

/** Runs of a 5-step diamond, one after the other, in a coordinator that keeps the newest `kept`. */
async function finishedRuns(count: number, kept: number): Promise<Holding> {
  const { Coordinator, defineWorkflow } = await import('../../src/index.ts');
  const workflow = defineWorkflow<number, number>('diamond', {
    steps: stepSpecs(diamond),
    output: (outputs) => outputs[stepId(4)] as number,
  });
  const coordinator = new Coordinator({
    workflows: { retention: { runs: kept, steps: kept * diamond.length } },
  });
  return {
    async fill() {
      for (let i = 0; i < count; i += 1) {
        const output = await coordinator.run(workflow, i);
        if (output !== expectedResult(diamond, i)) throw new Error(`run ${i}: wrong result`);
      }
    },
    finish: async () => void (await coordinator.close()),
  };
}

/** A finished run of a 5-step diamond that can still be looked at. */
export const retainedRun: Thing = {
  id: 'retained-run',
  title: 'finished run of 5 steps, retained',
  count: 10_000,
  ours: (count) => finishedRuns(count, count),
};

/** A finished run that is not retained must leave nothing. */
export const forgottenRun: Thing = {
  id: 'forgotten-run',
  title: 'finished run of 5 steps, not retained',
  count: 100_000,
  ours: (count) => finishedRuns(count, 0),
};

/** An ask that has been answered must leave nothing. */
export const finishedAsk: Thing = {
  id: 'finished-ask',
  title: 'answered ask',
  count: 100_000,
  async ours(count) {
    const { Coordinator, defineAgent, defineCapability } = await import('../../src/index.ts');
    const add = defineCapability<number, number>('add');
    const adder = defineAgent('adder', { capabilities: [add], handle: async (x) => x + 1 });
    const coordinator = new Coordinator({ agents: [adder] });
    return {
      async fill() {
        for (let i = 0; i < count; i += 1) {
          if ((await coordinator.ask(add, i)) !== i + 1) throw new Error(`ask ${i}: wrong result`);
        }
      },
      finish: async () => void (await coordinator.close()),
    };
  },
};
