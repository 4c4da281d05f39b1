import { behaviourCases } from './behaviour-cases.ts';
import type { Case, Category } from './case.ts';
import { durableCases } from './durable-cases.ts';
import { durableCodeCases } from './durable-code.ts';
import { graphCases } from './graph-cases.ts';
import { handlerCases } from './handler-cases.ts';
import { lifecycleCases } from './lifecycle-cases.ts';
import { nameCases } from './name-cases.ts';
import { numberCases } from './number-cases.ts';
import { objectCases } from './object-cases.ts';
import { payloadCases } from './payload-cases.ts';
import { signalCases } from './signal-cases.ts';
import { storeCases } from './store-cases.ts';
import { storedCases } from './stored-cases.ts';

/** All of them, by category and position. */
export const cases: readonly Case[] = [
  ...nameCases,
  ...payloadCases,
  ...handlerCases,
  ...numberCases,
  ...objectCases,
  ...signalCases,
  ...graphCases,
  ...behaviourCases,
  ...lifecycleCases,
  ...durableCases,
  ...durableCodeCases,
  ...storedCases,
  ...storeCases,
];

/** How many there are of each category. */
export function countByCategory(): Readonly<Record<Category, number>> {
  const counts: Partial<Record<Category, number>> = {};
  for (const { category } of cases) counts[category] = (counts[category] ?? 0) + 1;
  return counts as Record<Category, number>;
}

/** The cases of one position each, by category. */
export function groups(): readonly (readonly [Category, string, readonly Case[]])[] {
  const byPosition = new Map<string, [Category, string, Case[]]>();
  for (const test of cases) {
    const key = `${test.category} / ${test.position}`;
    let group = byPosition.get(key);
    if (group === undefined) {
      group = [test.category, test.position, []];
      byPosition.set(key, group);
    }
    group[2].push(test);
  }
  return [...byPosition.values()];
}
