import assert from 'node:assert/strict';
import { type CadreError, defineAgent, defineCapability, defineWorkflow } from '../../src/index.ts';
import type { Case } from './case.ts';
import { durableLookUps, durablePositions } from './name-durable.ts';
import { definitionPositions, type NamePosition, requirementPositions, unwrapped } from './name-positions.ts';
import { keyPositions } from './name-runs.ts';
import { messagePositions } from './name-topics.ts';
import {
  alike,
  badTexts,
  goodNames,
  LONGEST_AGENT_NAME,
  longNames,
  noText,
  wildTexts,
} from './name-values.ts';
import { checkTyped, outcomeOf, refuses, rejection } from './outcome.ts';
import type { World } from './world.ts';

const positions = [
  ...definitionPositions,
  ...requirementPositions,
  ...messagePositions,
  ...keyPositions,
  ...durablePositions,
];

/** `value` is refused there, with the code or one of the codes of the position. */
async function isRefused(world: World, at: NamePosition, value: unknown, codes: string): Promise<void> {
  const call = () => at.call(world, value as never);
  let refusal: unknown;
  if (at.wrapped === undefined && !codes.includes(' or ')) {
    refusal = await refuses(world, at.how, codes, call);
  } else {
    await world.clock.settle();
    const before = world.facts();
    const outcome = await outcomeOf(call);
    assert.equal(outcome.end, at.how === 'throws' ? 'threw' : 'rejected', `it ${outcome.end}`);
    refusal = unwrapped((outcome as never as { error: CadreError }).error, at.wrapped ?? []);
    const { code } = refusal as { code: string };
    assert.ok(codes.split(' or ').includes(code), `expected ${codes}, got ${code}: ${String(refusal)}`);
    if (at.wrapped === undefined) assert.deepEqual(world.facts(), before);
  }
  checkTyped(refusal, (refusal as { code: string }).code);
  if (refusal.code === 'INVALID_NAME') assert.equal((refusal as { value?: unknown }).value, value);
}

function casesAt(at: NamePosition): Case[] {
  const { position, takes } = at;
  const make = (name: string, run: (world: World) => Promise<void>): Case => ({
    category: 'names',
    position,
    name,
    run,
  });
  const refused = (name: string, value: unknown, codes = 'INVALID_NAME') =>
    make(name, (world) => isRefused(world, at, value, codes));
  const works = (name: string, value: string) => make(name, (world) => at.works(world, value));
  const text = (name: string, value: string, good: boolean) =>
    good || takes === 'text' ? works(name, value) : refused(name, value);

  const names = [
    ...goodNames.map((name) => text(`the name ${name.slice(0, 20)}`, name, true)),
    ...Object.entries(longNames)
      // Whoever only asks for an agent of such a name finds nobody.
      .filter(([, value]) => !at.ofAgent || at.wrapped === undefined || value.length <= LONGEST_AGENT_NAME)
      .map(([name, value]) => text(name, value, !at.ofAgent || value.length <= LONGEST_AGENT_NAME)),
  ];
  if (at.namesOnly) return names;
  return [
    ...Object.entries(noText)
      .filter(([name]) => !(at.optional && name === 'undefined'))
      .map(([name, value]) => refused(name, value, at.noText)),
    ...Object.entries(badTexts).map(([name, value]) => text(name, value, false)),
    ...Object.entries(wildTexts).map(([value, isPattern]) =>
      text(value, value, takes === 'patterns' && isPattern),
    ),
    ...names,
  ];
}

const stepIds = ['input', 'then'].flatMap((id): Case[] => [
  {
    category: 'names',
    position: 'the id of a step',
    name: `the id ${id}`,
    run: (world) =>
      refuses(world, 'throws', 'INVALID_OPTIONS', () => defineWorkflow('w').step(id, { run: () => 1 })),
  },
  {
    category: 'names',
    position: 'the id of a step from data',
    name: `the id ${id}`,
    run: (world) =>
      refuses(world, 'throws', 'INVALID_OPTIONS', () =>
        defineWorkflow('w', { steps: [{ id, run: () => 1 }] }),
      ),
  },
]);

/** Whoever looks something up by a name that nobody has, or that nobody can have, is told that there is nothing. */
const lookUps = (
  [
    ['agents.get', ({ house }, name) => assert.equal(house.agents.get(name), undefined)],
    ['workflows.get', ({ house }, name) => assert.equal(house.workflows.get(name), undefined)],
    [
      'agents.unregister',
      async ({ house }, name) => {
        const error = await rejection(house.agents.unregister(name));
        checkTyped(
          error,
          (error as { code?: unknown }).code === 'INVALID_NAME' ? 'INVALID_NAME' : 'UNKNOWN_AGENT',
        );
      },
    ],
    ...durableLookUps,
  ] satisfies [string, (world: World, name: never) => unknown][]
).flatMap(([position, lookUp]) =>
  Object.entries<unknown>({
    ...noText,
    ...badTexts,
    ...longNames,
    ...Object.fromEntries(goodNames.map((name) => [`the name ${name.slice(0, 20)}`, name])),
  }).map(
    ([name, value]): Case => ({
      category: 'names',
      position: `a look-up with ${position}`,
      name,
      run: (world) => lookUp(world, value as never),
    }),
  ),
);

/** Two names that look alike are two names. */
const pairs = (
  [
    [
      'agents',
      async ({ house }, names) => {
        for (const name of names) house.agents.register(defineAgent(name, { handle: () => name }));
        for (const name of names) assert.equal(await house.ask(name, 1), name);
      },
    ],
    [
      'capabilities and specializations',
      async ({ house }, names) => {
        for (const name of names) {
          const served = { capabilities: [defineCapability(name)], specializations: [name] };
          house.agents.register(defineAgent(`server-of-${name}`, { ...served, handle: () => name }));
        }
        for (const name of names) {
          assert.equal(await house.ask({ capabilities: [name] }, 1), name);
          assert.equal(await house.ask({ specializations: [name] }, 1), name);
          assert.equal(await house.ask({ capabilities: [name], specializations: [name] }, 1), name);
        }
        const nobody = house.ask({ capabilities: [names[0]], specializations: [names[1]] }, 1);
        checkTyped(await rejection(nobody), 'NO_CANDIDATE');
      },
    ],
    [
      'topics',
      async ({ house, clock }, names) => {
        const heard: string[] = [];
        for (const name of names) {
          house.messages.subscribe(name, () => heard.push(name));
          house.messages.respond(name, () => name);
        }
        for (const name of names) house.messages.publish(name, 1);
        await clock.settle();
        assert.deepEqual(heard, names);
        for (const name of names) assert.equal(await house.messages.request(name, 1), name);
      },
    ],
    [
      'steps',
      async ({ house }, names) => {
        const steps = names.map((id) => ({ id, run: () => id }));
        const outputs = await house.run(defineWorkflow('w', { steps }), undefined);
        assert.deepEqual(Object.entries(outputs).sort(), names.map((id) => [id, id]).sort());
      },
    ],
    [
      'runs',
      async ({ house }, names) => {
        const workflow = defineWorkflow('w').step('s', { run: () => 1 });
        const runs = names.map((id) => house.start(workflow, undefined, { id }));
        assert.deepEqual(
          names.map((id) => house.workflows.get(id)),
          runs,
        );
        await Promise.all(runs.map(({ result }) => result));
      },
    ],
  ] satisfies [string, (world: World, names: [string, string]) => Promise<void>][]
).flatMap(([position, keepApart]) =>
  alike.map(
    ([one, other]): Case => ({
      category: 'names',
      position: `${position} that look alike`,
      name: `${one} and ${other}`,
      run: (world) => keepApart(world, [one, other]),
    }),
  ),
);

/** Every name, and what is none, at every place that takes one. */
export const nameCases: readonly Case[] = [...positions.flatMap(casesAt), ...stepIds, ...lookUps, ...pairs];
