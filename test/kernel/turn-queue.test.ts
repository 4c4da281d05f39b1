import { expect, it } from 'vitest';
import { TurnQueue } from '../../src/kernel/turn-queue.ts';
import { isFree } from '../support/garbage.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

it('sees to what was added in order, when the running code has given way', async () => {
  const seen: unknown[] = [];
  const queue = new TurnQueue<number>((item) => seen.push(item));
  for (const item of [1, 2, 3]) queue.add(item);
  expect(seen).toEqual([]);
  await settled();
  queue.add(4);
  await settled();

  expect(seen).toEqual([1, 2, 3, 4]);
});

it('sees to what is added meanwhile after what the item itself set going before', async () => {
  const seen: unknown[] = [];
  const queue = new TurnQueue<number>((item) => {
    seen.push(item);
    if (item > 2) return;
    queueMicrotask(() => seen.push(`after ${item}`));
    queue.add(item + 10);
  });
  for (const item of [1, 2, 3]) queue.add(item);
  await settled();

  expect(seen.slice(0, 3)).toEqual([1, 2, 3]);
  expect(seen.indexOf(11)).toBeGreaterThan(seen.indexOf('after 1'));
});

it('loses and repeats nothing, however much each item adds', async () => {
  const seen: number[] = [];
  const queue = new TurnQueue<number>((item) => {
    seen.push(item);
    if (item < 1_000) for (let child = 0; child < 3; child++) queue.add(item * 10 + child);
  });
  for (const item of [1, 2, 3, 4]) queue.add(item);
  await settled();

  const children = (items: readonly number[]) => items.flatMap((item) => [0, 1, 2].map((n) => item * 10 + n));
  const second = children([1, 2, 3, 4]);
  const third = children(second);
  expect(seen).toEqual([1, 2, 3, 4, ...second, ...third, ...children(third)]);
});

it('does not hold what it has seen to', async () => {
  const queue = new TurnQueue<object>(() => {});
  const add = (): WeakRef<object> => {
    const item = {};
    queue.add(item);
    return new WeakRef(item);
  };
  const refs = [add(), add()];
  await settled();
  queue.add({});
  await settled();

  expect([await isFree(refs[0]!), await isFree(refs[1]!)]).toEqual([true, true]);
});
