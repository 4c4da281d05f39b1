import {
  defineAgent,
  defineCapability,
  defineFlow,
  defineWorkflow,
  quorum,
  type Workflow,
} from '../../src/index.ts';
import type { Case } from './case.ts';
import { checkCivil, whatComes } from './handler-ends.ts';
import { kinds } from './handler-values.ts';
import type { World } from './world.ts';

type Code = never;
const work = defineCapability<number, number>('work');
const run = (): number => 1;
const failing = (): never => {
  throw new Error('own');
};
const options = { deadline: '10s' } as const;

/** Workflows that call the code: for each the run must end in time, with an output or an error of cadre. */
const places: Readonly<Record<string, (code: Code) => Workflow<undefined, unknown>>> = {
  'the body of a flow': (code) => defineFlow('flow', options, code) as never,
  'a step of a flow': (code) =>
    defineFlow('flow', options, async ({ step }) => {
      await step('s', code);
    }) as never,
  'over of forEach': (over) => defineWorkflow('w', options).forEach('s', { over, run }) as never,
  'run of forEach': (code) =>
    defineWorkflow('w', options).forEach('s', { over: () => [1, 2], run: code }) as never,
  'input of forEach': (input) =>
    defineWorkflow('w', options).forEach('s', { over: () => [1, 2], run, input }) as never,
  'run of repeat': (code) =>
    defineWorkflow('w', options).repeat('s', { run: code, input: run, until: () => true, most: 2 }) as never,
  'input of repeat': (input) =>
    defineWorkflow('w', options).repeat('s', { run, input, until: () => true, most: 2 }) as never,
  'until of repeat': (until) =>
    defineWorkflow('w', options).repeat('s', { run, input: run, until, most: 2 }) as never,
  'a member of a race': (code) =>
    defineWorkflow('w', options).race('s', { members: { a: { run: code } } }) as never,
  'on of branch': (on) => defineWorkflow('w', options).branch('s', { on, cases: { a: { run } } }) as never,
  'to of scatter': (to) => defineWorkflow('w', options).scatter('s', { run: work, input: run, to }) as never,
  'input of scatter': (input) => defineWorkflow('w', options).scatter('s', { run: work, input }) as never,
  'by of quorum': (by) =>
    defineWorkflow('w', options)
      .step('a', { run })
      .step('s', { run, after: ['a'], join: quorum(1, by) }) as never,
  'the question of a gate': (ask) => defineWorkflow('w', options).gate('s', { ask }) as never,
  'what is run instead': (code) =>
    defineWorkflow('w', options).step('s', { run: failing, onFailure: { run: code } }) as never,
  'an undo': (undo) =>
    defineWorkflow('w', options)
      .step('s', { run, undo, policy: { timeout: '5s' } })
      .step('t', { run: failing, after: ['s'] }) as never,
  'the schema of a signal': (validate) =>
    defineFlow('flow', options, ({ waitFor }) =>
      waitFor('s', 'go', { schema: { '~standard': { version: 1, vendor: 'own', validate } } }),
    ) as never,
};

function ran(world: World, workflow: Workflow<undefined, unknown>): Promise<unknown> {
  if (world.house.agents.get('worker') === undefined) {
    world.house.agents.register(defineAgent('worker', { capabilities: [work], handle: (n: number) => n }));
  }
  const started = world.house.start(workflow, undefined);
  return started.result;
}

/** What decides about a decision, when it throws or answers with anything. */
const deciders: Readonly<Record<string, (code: Code) => object>> = {
  'agreeOn of a gate': (agreeOn) => ({ agreeOn }),
  'rejects of a gate': (rejects) => ({ rejects }),
  'the schema of a gate': (validate) => ({
    schema: { '~standard': { version: 1, vendor: 'own', validate } },
  }),
};

/** Every kind of code at every place of the forms that make steps at run time, of flows, gates and undo. */
export const durableCodeCases: readonly Case[] = Object.entries(kinds).flatMap(([name, kind]) => [
  ...Object.entries(places).map(
    ([position, make]): Case => ({
      category: 'durable',
      position: `code: ${position}`,
      name,
      run: async (world) => {
        const workflow = make(kind.make(world.clock) as never);
        checkCivil(await whatComes(world, { ...kind, ends: 'never' }, ran(world, workflow)));
      },
    }),
  ),
  ...Object.entries(deciders).map(
    ([position, make]): Case => ({
      category: 'durable',
      position: `code: ${position}`,
      name,
      run: async (world) => {
        const { house, clock } = world;
        const gate = { ask: 'so?', quorum: 2, ...make(kind.make(clock) as never) };
        const started = house.start(defineWorkflow('w', options).gate('g', gate as never), undefined);
        await clock.settle();
        const decide = (by: string) => started.decide('g', { approved: true }, { by });
        const votes = [decide('ann'), decide('ben')].map((vote) =>
          whatComes(world, { ...kind, ends: 'never' }, vote),
        );
        for (const outcome of await Promise.all(votes)) checkCivil(outcome);
        checkCivil(await whatComes(world, { ...kind, ends: 'never' }, started.result));
      },
    }),
  ),
]);
