import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Lane, PriorityQueue, type QueueItem } from '../../src/kernel/queue.ts';

class Item implements QueueItem {
  readonly id: number;
  readonly priority: number;
  queueLane: Lane | undefined = undefined;
  queueNext: QueueItem | undefined = undefined;
  queuePrevious: QueueItem | undefined = undefined;

  constructor(id: number, priority: number) {
    this.id = id;
    this.priority = priority;
  }
}

/** The model: a list, sorted by priority when it is asked, which keeps the order of equals. */
const first = (items: readonly Item[]): Item | undefined =>
  items.toSorted((a, b) => b.priority - a.priority)[0];

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('push' as const), priority: fc.integer({ min: -2, max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('push' as const), priority: fc.double({ noNaN: true }) }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'shift' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('again' as const), at: fc.nat() }) },
);

it('gives the highest priority first and equals in the order of their coming, whatever was taken out before', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
      const queue = new PriorityQueue<Item>();
      let model: Item[] = [];
      const gone: Item[] = [];
      let ids = 0;
      const take = (item: Item) => {
        model = model.filter((other) => other !== item);
        gone.push(item);
      };
      for (const move of steps) {
        if (move.kind === 'push') {
          const item = new Item(ids++, move.priority);
          queue.push(item);
          model.push(item);
        } else if (move.kind === 'shift') {
          const wanted = first(model);
          expect(queue.shift()).toBe(wanted);
          if (wanted !== undefined) take(wanted);
        } else if (move.kind === 'remove' && model.length > 0) {
          const item = model[move.at % model.length] as Item;
          expect(queue.remove(item)).toBe(true);
          take(item);
        } else if (move.kind === 'again' && gone.length > 0) {
          expect(queue.remove(gone[move.at % gone.length] as Item)).toBe(false);
        }
        expect(queue.size).toBe(model.length);
        expect(queue.peek()).toBe(first(model));
      }
    }),
    { numRuns: 300 },
  );
});

it('lets an item that was taken out come in again, at the end of its priority', () => {
  const queue = new PriorityQueue<Item>();
  const [a, b] = [new Item(1, 0), new Item(2, 0)];
  queue.push(a);
  queue.push(b);
  queue.shift();
  queue.push(a);

  expect([queue.shift()?.id, queue.shift()?.id, queue.shift()?.id]).toEqual([2, 1, undefined]);
});

it('does not take out what waits in another queue', () => {
  const [one, other] = [new PriorityQueue<Item>(), new PriorityQueue<Item>()];
  const item = new Item(1, 0);
  other.push(new Item(2, 0));
  one.push(item);

  expect(other.remove(item)).toBe(false);
  expect([one.size, other.size]).toEqual([1, 1]);
});
