import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bestMatch, isCadreError, leastLoaded, type RoutingStrategy, roundRobin } from '../../src/index.ts';
import { expectAtRest, expectHealthy } from '../support/at-rest.ts';
import { type DeskAgent, deskAgent, houseWith } from '../support/house.ts';
import { type Outcome, watch } from '../support/outcome.ts';

/** Chooses whoever was registered first, busy or not, so that tasks wait for one agent. */
const stubborn = (): RoutingStrategy => ({ name: 'stubborn', choose: (_request, [first]) => first });

const agentNumber = fc.integer({ min: 0, max: 3 });
const target = fc.oneof(
  fc.constant({ capabilities: ['work'] }),
  fc.constant({ capabilities: ['work', 'extra'] }),
  fc.constant({ specializations: ['odd'], capabilities: ['work'] }),
  agentNumber.map((n) => `agent${n}`),
  agentNumber.map((n) => ({ message: `agent.agent${n}` })),
);
const move = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      target,
      timeout: fc.integer({ min: 1, max: 60 }),
      attempts: fc.integer({ min: 1, max: 3 }),
      priority: fc.constantFrom('low' as const, 'high' as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      at: fc.nat(),
      how: fc.constantFrom('finish' as const, 'finish' as const, 'fail' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 6 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('stall' as const), ms: fc.integer({ min: 1, max: 12 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), at: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('come' as const), n: agentNumber }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('go' as const),
      n: agentNumber,
      drain: fc.constantFrom(0, 0, 10),
    }),
  },
);

/** What has to happen often, or the property says nothing. */
const counted = ['completed', 'failed', 'cancelled', 'retried', 'abandoned'] as const;

it('every task ends once and with an error of ours, no limit breaks and nothing stays, while agents come and go', async () => {
  const totals: Partial<Record<(typeof counted)[number], number>> = {};
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(leastLoaded, roundRobin, bestMatch, stubborn),
      fc.boolean(),
      fc.array(move, { maxLength: 80, size: 'max' }),
      async (strategy, settles, moves) => {
        const { clock, house } = houseWith({ routing: strategy(), grace: 20, tasks: { queue: 6 } });
        const desks: DeskAgent[] = [];
        const outcomes: Outcome[] = [];
        const controllers: AbortController[] = [];
        const leaving: Outcome[] = [];
        const jobs = () => desks.flatMap(({ desk }) => desk.openJobs);
        const come = (n: number) => {
          if (house.agents.get(`agent${n}`) !== undefined) return;
          const made = deskAgent(`agent${n}`, {
            capabilities: n < 2 ? ['work', 'extra'] : ['work'],
            specializations: n % 2 === 1 ? ['odd'] : [],
            concurrency: 1 + (n % 2),
          });
          desks.push(made);
          house.agents.register(made.agent);
        };
        come(0);
        come(1);
        for (const step of moves) {
          if (step.kind === 'ask') {
            const controller = new AbortController();
            controllers.push(controller);
            const { timeout, priority } = step;
            const options = { timeout, priority, signal: controller.signal };
            const policy = { attempts: step.attempts, timeout: 25, backoff: { initial: 4 } };
            if (typeof step.target === 'object' && 'message' in step.target) {
              outcomes.push(watch(house.messages.request(step.target.message, 1, options)));
            } else outcomes.push(watch(house.ask(step.target as string, 1, { ...options, policy })));
          } else if (step.kind === 'end')
            jobs()
              .at(-1 - (step.at % 8))
              ?.[step.how](1);
          else if (step.kind === 'wait') await clock.advance(step.ms);
          else if (step.kind === 'stall') clock.stall(step.ms);
          else if (step.kind === 'cancel') controllers[step.at % controllers.length]?.abort();
          else if (step.kind === 'come') come(step.n);
          else if (step.kind === 'go' && house.agents.get(`agent${step.n}`) !== undefined) {
            leaving.push(watch(house.agents.unregister(`agent${step.n}`, { drain: step.drain })));
          }
          if (settles) await clock.settle();
          for (const { activeTasks, concurrency } of house.agents.list()) {
            expect(activeTasks).toBeLessThanOrEqual(concurrency);
          }
          expect(house.tasks.stats().waiting).toBeLessThanOrEqual(6);
        }
        await clock.advance(200);

        for (const { state, value } of [...outcomes, ...leaving]) {
          expect(state).not.toBe('pending');
          if (state === 'rejected') expect(isCadreError(value), String(value)).toBe(true);
        }
        const stats = house.tasks.stats();
        expect(stats.completed + stats.failed + stats.cancelled).toBe(stats.submitted);
        for (const key of counted) totals[key] = (totals[key] ?? 0) + stats[key];
        expectAtRest(house, clock);
        await expectHealthy(house);
      },
    ),
    { numRuns: 300 },
  );
  for (const key of counted) expect(totals[key], key).toBeGreaterThan(100);
});
