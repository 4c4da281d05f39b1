import { expect, it } from 'vitest';
import type { Requirement } from '../../src/index.ts';
import { houseWith } from '../support/house.ts';
import { thrownBy } from '../support/outcome.ts';

const refusalOf = (requirement: unknown) =>
  thrownBy(() => houseWith().house.agents.find(requirement as Requirement));

it.each([
  [{ agent: 'a b' }, 'agent'],
  [{ capabilities: ['a b'] }, 'capability'],
  [{ capabilities: [{ kind: 'capability', name: 'a b' }] }, 'capability'],
  [{ specializations: ['a b'] }, 'specialization'],
])('says of what the name is bad in %o', (requirement, kind) => {
  expect(refusalOf(requirement)).toMatchObject({ code: 'INVALID_NAME', kind, value: 'a b' });
});

it('says what a capability of a requirement must be', () => {
  expect(refusalOf({ capabilities: [5] })).toMatchObject({
    option: 'capabilities.0',
    rule: 'a capability or its name',
    value: 5,
  });
});

it('says that something must be asked for', () => {
  expect(refusalOf({ specializations: [] })).toMatchObject({
    option: 'capabilities',
    rule: 'given when nothing else is',
  });
});
