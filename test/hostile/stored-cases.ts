import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import {
  Coordinator,
  defineFlow,
  defineWorkflow,
  memoryStore,
  type Run,
  type Schema,
  type Store,
  signal,
  type Workflow,
} from '../../src/index.ts';
import type { Case } from './case.ts';
import { checkTyped, outcomeOf } from './outcome.ts';
import { awaitables, faultIn, openToBoth, payloads } from './payload-values.ts';
import { checkUnstorable } from './storable.ts';
import type { World } from './world.ts';

const anything: Schema = { '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }) } };
const wait = signal('never');

/** Where a value goes into the record of a run; the step that follows sees it, before and after a resume. */
interface Place {
  /** What the value is called in the error. */
  readonly what: string;
  /** How the refusal comes out: of the call that hands the value in, or as the end of the run. */
  readonly refused: 'by the call' | 'with the run';
  readonly workflow: (value: unknown, see: (seen: unknown) => void) => Workflow<never, unknown>;
  /** Hands the value in, when the run itself does not. */
  readonly give?: (run: Run, value: unknown) => Promise<void>;
  readonly input?: true;
}

const places: Readonly<Record<string, Place>> = {
  'input of a run': {
    what: 'input of workflow "w"',
    refused: 'by the call',
    input: true,
    workflow: (_, see) =>
      defineWorkflow<unknown>('w')
        .step('wait', { run: wait })
        .step('look', { after: ['wait'], run: ({ input }) => see(input) }),
  },
  'output of a step': {
    what: 'output of step "s"',
    refused: 'with the run',
    workflow: (value, see) =>
      defineWorkflow('w')
        .step('s', { run: () => value })
        .step('wait', { run: wait, after: ['s'] })
        .step('look', { after: ['s', 'wait'], run: ({ s }) => see(s) }),
  },
  'output of a step of a flow': {
    what: 'output of step "s"',
    refused: 'with the run',
    workflow: (value, see) =>
      defineFlow('w', async ({ step, waitFor }) => {
        const [output] = await Promise.all([step('s', () => value)]).then((outputs) => outputs);
        await waitFor('wait', 'never');
        await step('look', () => see(output));
      }),
  },
  'value of a signal': {
    what: 'signal "go"',
    refused: 'by the call',
    give: (run, value) => run.sendSignal('go', value),
    workflow: (_, see) =>
      defineWorkflow('w')
        .step('s', { run: signal('go') })
        .step('wait', { run: wait, after: ['s'] })
        .step('look', { after: ['s', 'wait'], run: ({ s }) => see(s) }),
  },
  'value of a signal that nobody waits for yet': {
    what: 'signal "go"',
    refused: 'by the call',
    give: (run, value) => run.sendSignal('go', value),
    workflow: (_, see) =>
      defineWorkflow('w')
        .step('wait', { run: wait })
        .step('s', { run: signal('go'), after: ['wait'] })
        .step('look', { after: ['s'], run: ({ s }) => see(s) }),
  },
  'decision of a gate': {
    what: 'decision of gate "s"',
    refused: 'by the call',
    give: (run, value) => run.decide('s', value),
    workflow: (_, see) =>
      defineWorkflow('w')
        .gate('s', { ask: 'so?', schema: anything, rejects: () => false, agreeOn: () => 1 })
        .step('wait', { run: wait, after: ['s'] })
        .step('look', { after: ['s', 'wait'], run: ({ s }) => see(s) }),
  },
};

/** The same data. A value without a prototype comes back with the one of all objects. */
function checkEqual(actual: unknown, expected: unknown): void {
  const isBare =
    typeof expected === 'object' && expected !== null && Object.getPrototypeOf(expected) === null;
  const wanted = isBare ? { ...(expected as object) } : expected;
  assert.ok(isDeepStrictEqual(actual, wanted), 'it came back as something else');
  if (typeof expected === 'object' && expected !== null)
    assert.notEqual(actual, expected, 'it is the same object');
}

interface Life {
  readonly house: Coordinator;
  readonly seen: unknown[];
}

/** A process at the store that knows the workflow. */
function begin(
  { clock }: World,
  store: Store,
  place: Place,
  value: unknown,
): Life & { workflow: Workflow<never> } {
  const seen: unknown[] = [];
  const workflow = place.workflow(value, (one) => {
    seen.push(one);
  }) as Workflow<never>;
  const house = new Coordinator({ clock, store, workflows: { definitions: [workflow] } });
  return { house, seen, workflow };
}

async function isKept(world: World, place: Place, make: () => unknown, name: string): Promise<void> {
  const { clock } = world;
  const store = memoryStore({ clock });
  const value = make();
  const first = begin(world, store, place, value);
  const handed = await outcomeOf(async () => {
    const run = first.house.start(first.workflow, (place.input ? value : undefined) as never, { id: 'r' });
    await clock.settle();
    await place.give?.(run as Run, value);
    return [run];
  });
  const fault = faultIn(name);
  const run = handed.end === 'returned' ? (handed.value as Run[])[0] : undefined;
  await clock.settle();
  const failed = run?.status === 'failed' ? await outcomeOf(() => run.result) : undefined;
  const refusal = handed.end === 'rejected' ? handed : failed;
  if (refusal?.end === 'rejected' && (fault !== undefined || openToBoth.has(name))) {
    checkUnstorable(refusal.error, place.what, fault ?? /^/);
    if (!openToBoth.has(name))
      assert.equal(refusal === handed ? 'by the call' : 'with the run', place.refused);
    await closed(world, first.house);
    return;
  }
  if (refusal?.end === 'rejected') throw refusal.error;
  assert.equal(fault, undefined, 'it was taken');
  await closed(world, first.house);
  const second = begin(world, store, place, 'never used');
  const { resumed, left } = await second.house.resume();
  assert.deepEqual([resumed.length, left], [1, []]);
  await (resumed[0] as Run).sendSignal('never');
  await clock.settle();
  assert.equal((resumed[0] as Run).status, 'completed');
  assert.deepEqual([first.seen.length, second.seen.length], [0, 1]);
  checkEqual(second.seen[0], value);
  await closed(world, second.house);
  await store.close();
}

async function closed({ clock }: World, house: Coordinator): Promise<void> {
  const closing = house.close();
  await clock.settle();
  if (house.stats().handlers > 0) await clock.advance('1h');
  await closing;
}

/** In the memory of one process a run sees what it was given; and what cannot be kept is refused as with a store. */
const inMemory = ['value of a signal', 'decision of a gate', 'output of a step of a flow'].flatMap(
  (position) =>
    Object.entries(payloads).map(
      ([name, make]): Case => ({
        category: 'durable',
        position: `in memory: ${position}`,
        name,
        run: async ({ house, clock }) => {
          const place = places[position] as Place;
          const value = make();
          const seen: unknown[] = [];
          const run = house.start(
            place.workflow(value, (one) => seen.push(one)) as never,
            undefined as never,
          ) as Run;
          await clock.settle();
          const handed = await outcomeOf(async () => place.give?.(run, value));
          await clock.settle();
          const fault = faultIn(name);
          const refusal =
            handed.end === 'rejected'
              ? handed
              : run.status === 'failed'
                ? await outcomeOf(() => run.result)
                : undefined;
          if (refusal?.end === 'rejected' && (fault !== undefined || openToBoth.has(name)))
            return checkUnstorable(refusal.error, place.what, fault ?? /^/);
          if (refusal?.end === 'rejected') throw refusal.error;
          assert.equal(fault, undefined, 'it was taken');
          await run.sendSignal('never');
          await run.result;
          assert.ok(seen.length === 1 && Object.is(seen[0], value), 'it is not the value that was given');
        },
      }),
    ),
);

const stored = Object.entries(places).flatMap(([position, place]) => [
  ...Object.entries(payloads).map(
    ([name, make]): Case => ({
      category: 'durable',
      position: `stored: ${position}`,
      name,
      run: (world) => isKept(world, place, make, name),
    }),
  ),
  ...(place.refused === 'by the call'
    ? Object.entries(awaitables).map(
        ([name, { make }]): Case => ({
          category: 'durable',
          position: `stored: ${position}`,
          name,
          run: (world) => isKept(world, place, make, name),
        }),
      )
    : []),
]);

/** A payload that is within its limit and too large for the store all the same. */
const tooLarge: Case = {
  category: 'durable',
  position: 'stored: output of a step',
  name: 'more than a store takes, under a limit of one gigabyte',
  run: async (world) => {
    const { clock } = world;
    const store = memoryStore({ clock });
    const house = new Coordinator({ clock, store, workflows: { payloadLimit: 1e9 } });
    const workflow = defineWorkflow('w').step('s', { run: () => 'x'.repeat(2 ** 24) });
    const outcome = await outcomeOf(
      () => house.run(workflow, undefined),
      () => clock.advance('1h'),
    );
    assert.equal(outcome.end, 'rejected', `it ${outcome.end}`);
    const { error } = outcome as { error: { code: string } };
    checkTyped(error, error.code);
    await closed(world, house);
  },
};

/** Every value at every place of the record of a run that is kept in a store, and taken up by another process. */
export const storedCases: readonly Case[] = [...inMemory, ...stored, tooLarge];
