import assert from 'node:assert/strict';
import { defineAgent } from '../../src/index.ts';
import type { Case } from './case.ts';
import { numericOptions } from './number-options.ts';
import { type Figure, figures, readAs } from './number-values.ts';
import type { NumericOption } from './numeric-option.ts';
import { checkTyped, type Outcome, outcomeOf } from './outcome.ts';
import type { World } from './world.ts';

/** Deadlines beyond it are not waited for: the fake clock goes there in parts of twelve days. */
const LONGEST_WAIT_MS = 2 ** 33;

async function isRefused(
  world: World,
  { how, call, position }: NumericOption,
  value: unknown,
): Promise<void> {
  // Those that need an agent register it themselves when they are called for the first time.
  await outcomeOf(() => call(world, Symbol('refused') as never));
  await world.clock.settle();
  const before = world.facts();
  const outcome = await outcomeOf(() => call(world, value as never));
  assert.equal(outcome.end, how === 'throws' ? 'threw' : 'rejected', `it ${outcome.end}`);
  const { error } = outcome as { error: unknown };
  checkTyped(error, 'INVALID_OPTIONS');
  const { option, value: named, message } = error as unknown as Record<string, unknown>;
  assert.ok(Object.is(named, value), 'the error names the value');
  assert.ok(position.endsWith(String(option).split('.').at(-1) as string), `it names ${option}`);
  assert.match(String(message), /must be .+, got /s);
  await world.clock.settle();
  assert.deepEqual(world.facts(), before, 'what a refused call leaves behind');
}

/** A time limit holds to the millisecond, and a long one does not end at once. */
async function isKept(world: World, option: NumericOption, value: unknown, ms: number): Promise<void> {
  const controller = new AbortController();
  const at = (await begun(world, option, value, controller.signal)) as { outcome: Outcome };
  assert.equal(at.outcome.end, 'pending', 'it ended at once');
  if (ms > LONGEST_WAIT_MS) {
    controller.abort();
    await world.clock.settle();
    assert.equal((at.outcome as Outcome).end, 'rejected');
    return;
  }
  const almost = Math.ceil(ms) - 1;
  await world.clock.advance(almost);
  if (ms > 1) assert.equal(at.outcome.end, 'pending', `it ended within ${almost} ms`);
  await world.clock.advance(1);
  await world.clock.settle();
  let { error } = at.outcome as Outcome & { error?: { code?: string; cause?: unknown } };
  if (error?.code === 'RUN_FAILED') error = error.cause as never;
  checkTyped(error, 'TIMEOUT');
}

async function begun(
  world: World,
  { waits }: NumericOption,
  value: unknown,
  signal: AbortSignal,
): Promise<{ outcome: Outcome }> {
  const at: { outcome: Outcome } = { outcome: { end: 'pending' } };
  waits?.(world, value as never, signal).then(
    (output) => {
      at.outcome = { end: 'returned', value: output };
    },
    (error) => {
      at.outcome = { end: 'rejected', error };
    },
  );
  await world.clock.settle();
  return at;
}

function casesOf(option: NumericOption): Case[] {
  return Object.entries<Figure>(figures).map(([name, figure]) => ({
    category: 'numbers',
    position: option.position,
    name,
    run: async (world) => {
      const ms = readAs(figure, option.bounds);
      if (ms === undefined) return isRefused(world, option, figure.value);
      if (option.waits !== undefined) await isKept(world, option, figure.value, ms);
      else await option.call(world, figure.value as never);
    },
  }));
}

const priorities = ['critical', 'high', 'medium', 'low', 'urgent', 'HIGH', 'constructor', '__proto__'].map(
  (priority): Case => ({
    category: 'numbers',
    position: 'the names of priorities',
    name: priority,
    run: async ({ house }) => {
      house.agents.register(defineAgent('ada', { handle: () => 1 }));
      const outcome = await outcomeOf(() => house.ask('ada', 1, { priority: priority as never }));
      if (['critical', 'high', 'medium', 'low'].includes(priority)) assert.equal(outcome.end, 'returned');
      else checkTyped((outcome as { error: unknown }).error, 'INVALID_OPTIONS');
    },
  }),
);

/** Every figure at every option that takes one. */
export const numberCases: readonly Case[] = [...numericOptions.flatMap(casesOf), ...priorities];
