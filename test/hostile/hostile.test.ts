import { describe, expect, it } from 'vitest';
import { idOf } from './case.ts';
import { cases, countByCategory, groups } from './cases.ts';
import { knownFailures } from './known-failures.ts';
import { faultsOf } from './run.ts';

it('has so many cases, each with an id of its own, and lists no known failure that is none of them', () => {
  const ids = new Set(cases.map(idOf));

  expect(cases.length).toBeGreaterThanOrEqual(1_000);
  expect(countByCategory()).toEqual({
    durable: 2_682,
    names: 5_367,
    payloads: 1_292,
    handlers: 961,
    numbers: 4_906,
    objects: 857,
    signals: 144,
    graphs: 68,
    behaviours: 27,
    lifecycle: 169,
  });
  expect(ids.size).toBe(cases.length);
  expect([...knownFailures.keys()].filter((id) => !ids.has(id))).toEqual([]);
});

const all = groups();
const categories = [...new Set(all.map(([category]) => category))];

describe.each(categories)('hostile %s', (category) => {
  it.each(all.filter(([of]) => of === category).map(([, position, tests]) => ({ position, tests })))(
    'end in a typed error or as documented, and leave nothing behind: $position',
    { timeout: 60_000 },
    async ({ tests }) => {
      expect(await faultsOf(tests)).toEqual([]);
    },
  );
});
