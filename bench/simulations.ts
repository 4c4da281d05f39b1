/** `npm run bench:simulations`: how many simulations of a small system one core plays in a second. */
import process from 'node:process';
import { defineAgent, defineWorkflow } from '../src/index.ts';
import { type FaultRates, type Scenario, simulate } from '../src/testing/index.ts';

const SEEDS = 5_000;

/** Two agents and a run of five steps. */
const scenario: Scenario = async (sim) => {
  const add = defineAgent('add', { concurrency: 2, handle: async (n: number) => n + 1 });
  const double = defineAgent('double', { handle: async (n: number) => n * 2 });
  const workflow = defineWorkflow<number>('five', { policy: { attempts: 4, timeout: '5s' } })
    .step('left', { run: add, input: ({ input }) => input })
    .step('right', { run: double, input: ({ input }) => input })
    .step('sum', { run: ({ left, right }) => left + right, after: ['left', 'right'] })
    .step('more', { run: add, after: ['sum'], input: ({ sum }) => sum })
    .step('end', { run: double, after: ['more'], input: ({ more }) => more })
    .output(({ end }) => end);
  const coordinator = sim.coordinator({ agents: [add, double] });
  await coordinator.run(workflow, sim.seed).catch(() => {});
};

const everything: FaultRates = {
  handlerError: true,
  handlerSlow: true,
  handlerHang: true,
  messageLost: true,
  messageDuplicated: true,
  messageDelayed: true,
  messageReordered: true,
  loopStall: true,
  wallJump: true,
};

async function measure(title: string, faults: FaultRates): Promise<void> {
  await simulate({ seeds: 500, faults }, scenario);
  const before = process.threadCpuUsage();
  const { events } = await simulate({ seeds: SEEDS, faults }, scenario);
  const { user, system } = process.threadCpuUsage(before);
  const perSecond = (SEEDS * 1e6) / (user + system);
  console.log(
    `${title}: ${perSecond.toFixed(0)} simulations, ${((events / SEEDS) * perSecond).toFixed(0)} happenings a second`,
  );
}

console.log(`Node ${process.version}, ${SEEDS} seeds, processor time of the main thread`);
await measure('nothing goes wrong', {});
await measure('every kind of fault', everything);
