import { expect } from 'vitest';
import { type Coordinator, defineAgent, defineWorkflow } from '../../src/index.ts';
import { type FakeClock, expectAtRest as leftNothing } from '../../src/testing/index.ts';

/** Nothing is under way, and nothing is left of what was. */
export function expectAtRest(house: Coordinator, clock: FakeClock): void {
  leftNothing(house, { clock });
}

/** It still does everything: an agent comes, is asked and takes a step, a request is answered, and it goes again. */
export async function expectHealthy(house: Coordinator): Promise<void> {
  const prober = defineAgent('prober', { handle: (n: number) => n + 1 });
  house.agents.register(prober);
  const end = house.messages.respond('probe', (n: number) => n * 2);
  const chain = defineWorkflow<number>('probe')
    .step('first', { run: prober, input: ({ input }) => input })
    .step('second', { run: ({ first }) => first * 10, after: ['first'] })
    .output(({ second }) => second);

  const answers = await Promise.all([
    house.ask(prober, 1),
    house.run(chain, 2),
    house.messages.request('probe', 4),
  ]);
  end();
  await house.agents.unregister('prober');

  expect(answers).toEqual([2, 30, 8]);
}
