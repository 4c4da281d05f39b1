import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Coordinator, defineAgent, defineCapability, defineWorkflow } from '../src/index.ts';

// A trip: flights, hotels and weather are looked up at once, and joined into a plan.

const search = defineCapability<{ what: string; city: string; ms: number }, string[]>('search');

const agents = ['scout-1', 'scout-2', 'scout-3'].map((name) =>
  defineAgent(name, {
    capabilities: [search],
    handle: async ({ what, city, ms }, ctx) => {
      await sleep(ms, undefined, { signal: ctx.signal });
      return [`${what} in ${city} A`, `${what} in ${city} B`];
    },
  }),
);

// #region join
const trip = defineWorkflow<{ city: string }>('trip')
  .step('flights', { run: search, input: ({ input }) => ({ what: 'flights', city: input.city, ms: 80 }) })
  .step('hotels', { run: search, input: ({ input }) => ({ what: 'hotels', city: input.city, ms: 10 }) })
  .step('weather', { run: search, input: ({ input }) => ({ what: 'weather', city: input.city, ms: 10 }) })
  // Starts as soon as the hotels are there, however long the flights take.
  .step('favourite', { run: ({ hotels }) => hotels[0], after: ['hotels'] })
  .step('plan', {
    run: ({ flights, favourite, weather }) => [flights[0], favourite, weather[0]].join(', '),
    after: ['flights', 'favourite', 'weather'],
  })
  .output(({ plan }) => plan);
// #endregion join

await using coordinator = new Coordinator({ agents });
const run = coordinator.start(trip, { city: 'Porto' });
const ended: string[] = [];
for await (const event of run.events()) if (event.type === 'step.completed') ended.push(event.step);

assert.equal(await run.result, 'flights in Porto A, hotels in Porto A, weather in Porto A');
assert.ok(ended.indexOf('favourite') < ended.indexOf('flights'), 'the slow branch holds nobody up');
assert.equal(ended.at(-1), 'plan');
console.log(`${ended.join(' → ')}\n${await run.result}`);
