import { expect, it } from 'vitest';
import { TopicTable } from '../../src/messaging/topics.ts';
import { heldBytes } from '../soak/harness/heap.ts';

it('gives the same answer again, without a new search, until a pattern comes or goes', () => {
  const table = new TopicTable<number>();
  table.add('a.*', 1);
  const [one, other] = [table.match('a.b'), table.match('a.c')];
  expect([table.match('a.b') === one, table.match('a.c') === other]).toEqual([true, true]);
  const end = table.add('z', 2);
  const renewed = table.match('a.b');
  expect(renewed).not.toBe(one);
  end();

  expect(table.match('a.b')).not.toBe(renewed);
});

it('keeps the answers for 4,096 topics, and begins anew at the next', () => {
  const table = new TopicTable<number>();
  table.add('t.*', 1);
  const first = table.match('t.0');
  for (let n = 1; n < 4_096; n++) table.match(`t.${n}`);
  expect(table.match('t.0')).toBe(first);
  table.match('t.4096');

  expect(table.match('t.0')).not.toBe(first);
});

it('holds nothing of patterns that have gone', async () => {
  const table = new TopicTable<number>();
  const comeAndGo = (n: number) => {
    for (const pattern of [`deep${n}.a.b.c`, `open${n}.a.>`]) table.add(pattern, n)();
  };
  for (let n = 0; n < 1_000; n++) comeAndGo(n);
  const before = await heldBytes();
  for (let n = 1_000; n < 21_000; n++) comeAndGo(n);

  expect(((await heldBytes()) - before) / 40_000).toBeLessThan(50);
});
