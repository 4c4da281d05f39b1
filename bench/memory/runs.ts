import { diamond, expectedResult, stepId, stepSpecs } from '../workloads/graphs.ts';
import type { Thing } from './types.ts';

/** What a finished run of a 5-step diamond leaves. */
function finishedRun(id: string, title: string, count: number): Thing {
  return {
    id,
    title,
    count,
    async ours() {
      const { Coordinator, defineWorkflow } = await import('../../src/index.ts');
      const workflow = defineWorkflow<number, number>('diamond', {
        steps: stepSpecs(diamond),
        output: (outputs) => outputs[stepId(4)] as number,
      });
      const coordinator = new Coordinator();
      return {
        async fill() {
          for (let i = 0; i < count; i += 1) {
            const output = await coordinator.run(workflow, i);
            if (output !== expectedResult(diamond, i)) throw new Error(`run ${i}: wrong result`);
          }
        },
        finish: async () => void (await coordinator.close()),
      };
    },
  };
}

/** So few that all of them are kept. */
export const retainedRun: Thing = finishedRun('retained-run', 'finished run, within the retention cap', 500);

/** So many that nearly all of them are beyond the cap: what one leaves must go to nothing. */
export const forgottenRun: Thing = finishedRun('forgotten-run', 'finished run, 100,000 of them', 100_000);

/** An ask that has been answered must leave nothing. */
export const finishedAsk: Thing = {
  id: 'finished-ask',
  title: 'answered ask, 100,000 of them',
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
