import process from 'node:process';
import { expect, it } from 'vitest';
import { DEATHS } from './support/mortal.ts';
import { type Shape, shapesOf } from './support/shapes.ts';
import { type Played, playUndo, type Stop, type UndoWorld } from './support/undo-world.ts';

// S1. When a run fails or is cancelled, exactly the steps that may have done something are undone: those that began and
//     have no end on record first, then the completed ones, each in the opposite order.
// S2. Each undo is recorded once. After a crash it goes on with the first that is not on record. One that fails has its
//     own retries; then the report names what was undone, what failed, and what remains, as something that could not be
//     undone was built on it, and the run's error is UNDO_FAILED. Cancelling again changes nothing.
//
// All small worlds: every graph of up to four steps and some of five, failing at each step or cancelled at each moment, with
// no undo that fails or one, and the end of the process at each call of its store, before its effect, after it, or in good order.

/** `CADRE_WORLDS=all` plays every world, else every so many-th; `CADRE_SEED` one of them. */
const EVERY = process.env['CADRE_WORLDS'] === 'all' ? 1 : Number(process.env['CADRE_WORLDS'] ?? 101);
const ONLY = process.env['CADRE_SEED'];

const FIVE: readonly Shape[] = [
  [[], [0], [1], [2], [3]],
  [[], [0], [0], [1, 2], [3]],
  [[], [0], [0], [0], [1, 2, 3]],
  [[], [], [], [], []],
  [[], [], [0, 1], [2], [2]],
  [[], [0], [1], [], [3]],
];

it('undoes what may have been done in every small world', { timeout: 3_600_000 }, async () => {
  const counts = new Map<string, number>();
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  let number = 0;
  const play = async (world: UndoWorld): Promise<Played | undefined> => {
    number++;
    // A world without a crash says how many calls there are to crash at, so it is played always.
    const chosen = ONLY === undefined ? number % EVERY === 0 : number === Number(ONLY);
    if (world.death !== undefined && !chosen) return undefined;
    try {
      const played = await playUndo(world);
      count('worlds');
      count(played.ended);
      return played;
    } catch (error) {
      throw new Error(`seed ${number}: ${(error as Error).message}\n${JSON.stringify(world)}`);
    }
  };
  const playAll = async (shape: Shape, stop: Stop, bad: number | undefined): Promise<Played> => {
    const played = (await play({ shape, stop, bad, death: undefined }))!;
    for (let call = 1; call <= played.calls; call++)
      for (const how of DEATHS) await play({ shape, stop, bad, death: { call, how } });
    return played;
  };
  for (const shape of [...[1, 2, 3, 4].flatMap(shapesOf), ...FIVE]) {
    for (const bad of [undefined, ...shape.keys()]) {
      for (const fail of shape.keys()) await playAll(shape, { fail }, bad);
      let moments = 0;
      for (let cancelAt = 0; cancelAt <= 2 * shape.length; cancelAt++) {
        ({ moments } = await playAll(shape, { cancelAt }, bad));
        if (moments < cancelAt) break;
      }
    }
  }
  if (process.env['CADRE_WORLDS'] !== undefined) console.log(`${number} worlds`, Object.fromEntries(counts));
  if (ONLY !== undefined) return;
  for (const what of ['failed', 'cancelled', 'never began'])
    expect(counts.get(what), `worlds that ended as ${what}`).toBeGreaterThan(20);
});
