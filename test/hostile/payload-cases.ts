import assert from 'node:assert/strict';
import { type CadreEvent, defineAgent, defineWorkflow } from '../../src/index.ts';
import type { Case } from './case.ts';
import { checkSame, checkTyped, outcomeOf, refuses, rejection } from './outcome.ts';
import { awaitables, faultIn, openToBoth, payloads } from './payload-values.ts';
import { checkUnstorable } from './storable.ts';
import type { World } from './world.ts';

/** Passes `value` in at one end; what comes out at the other, in a list, as nobody awaits what is in a list. */
type WayIn = (world: World, value: unknown) => Promise<readonly unknown[]>;
/** Lets the host's code give `value` back; what its caller gets. */
type WayOut = (world: World, value: unknown) => Promise<unknown>;

/** What a subscriber of `topic` gets when `send` has sent. */
async function received({ house, clock }: World, topic: string, send: () => unknown): Promise<unknown[]> {
  const got: unknown[] = [];
  house.messages.subscribe(topic, (body) => {
    got.push(body);
  });
  await send();
  await clock.settle();
  assert.equal(got.length, 1, 'messages received');
  return got;
}

/** Where a value goes in and is handed on as it is, promises included. */
const inputs: Readonly<Record<string, WayIn>> = {
  'body of publish': (world, value) =>
    received(world, 'news', () => world.house.messages.publish('news', value)),
  'body of ctx.publish': (world, value) => {
    const teller = defineAgent('teller', { handle: (_: unknown, ctx) => ctx.publish('news', value) });
    world.house.agents.register(teller);
    return received(world, 'news', () => world.house.ask(teller, 1));
  },
  'body of request': async ({ house }, value) => {
    const got: unknown[] = [];
    house.messages.respond('desk', (body) => {
      got.push(body);
    });
    await house.messages.request('desk', value);
    return got;
  },
  'body of broadcast': async ({ house, clock }, value) => {
    const got: unknown[] = [];
    house.messages.respond('desk', (body) => {
      got.push(body);
    });
    assert.equal(house.messages.broadcast('desk', value), 1);
    await clock.settle();
    return got;
  },
  'body of a request to an agent': async ({ house }, value) => {
    const got: unknown[] = [];
    house.agents.register(
      defineAgent('ada', {
        handle: (input: unknown) => {
          got.push(input);
        },
      }),
    );
    await house.messages.request('agent.ada', value);
    return got;
  },
  'input of a task': async ({ house }, value) => {
    const got: unknown[] = [];
    const ada = defineAgent('ada', {
      handle: (input: unknown) => {
        got.push(input);
      },
    });
    house.agents.register(ada);
    await house.ask(ada, value);
    return got;
  },
  'input of a run': async ({ house }, value) => {
    const got: unknown[] = [];
    const workflow = defineWorkflow('w').step('s', {
      run: ({ input }) => {
        got.push(input);
      },
    });
    await house.run(workflow, value);
    return got;
  },
  'reason of cancel': async ({ house }, value) => {
    const ada = defineAgent('ada', { handle: () => 1 });
    house.agents.register(ada);
    const task = house.tasks.submit(ada, 1);
    task.cancel(value);
    const error = await rejection(task.result);
    checkTyped(error, 'CANCELLED');
    return [error.cause];
  },
  'reason of cancel of a run': async ({ house }, value) => {
    const run = house.start(defineWorkflow('w').step('s', { run: () => 1 }), undefined);
    run.cancel(value);
    const error = await rejection(run.result);
    checkTyped(error, 'CANCELLED');
    assert.equal(run.snapshot().error?.code, 'CANCELLED');
    return [error.cause];
  },
  'headers of publish': async ({ house, clock }, value) => {
    const got: unknown[] = [];
    house.messages.subscribe('news', (_, message) => {
      got.push((message.headers as { value: unknown }).value);
    });
    house.messages.publish('news', 1, { headers: { value } });
    await clock.settle();
    return got;
  },
  'value of progress': async ({ house }, value) => {
    const told: CadreEvent[] = [];
    house.events.on('task.progressed', (event) => {
      told.push(event);
    });
    const ada = defineAgent('ada', { handle: (_: unknown, ctx) => ctx.progress(value) });
    house.agents.register(ada);
    await house.ask(ada, 1);
    return told.map((event) => (event as { value?: unknown }).value);
  },
};

/** Where a value comes back from the host's code; promises are waited for. */
const outputs: Readonly<Record<string, WayOut>> = {
  'answer of a responder': ({ house }, value) => {
    house.messages.respond('desk', () => value);
    return house.messages.request('desk', 1);
  },
  'output of an agent': ({ house }, value) => {
    const ada = defineAgent('ada', { handle: () => value });
    house.agents.register(ada);
    return house.ask(ada, 1);
  },
  'answer of an agent to a request': ({ house }, value) => {
    house.agents.register(defineAgent('ada', { handle: () => value }));
    return house.messages.request('agent.ada', 1);
  },
  'output of ctx.ask': async ({ house }, value) => {
    const ada = defineAgent('ada', { handle: () => value });
    const asker = defineAgent('asker', { handle: async (_: unknown, ctx) => [await ctx.ask(ada, 1)] });
    house.agents.register(ada);
    house.agents.register(asker);
    return (await house.ask(asker, 1))[0];
  },
  'output of a step': async ({ house }, value) => {
    const workflow = defineWorkflow('w')
      .step('first', { run: () => value })
      .step('second', { run: (scope) => [scope.first], after: ['first'] });
    const { first, second } = await house.run(workflow, undefined);
    checkSame(second[0], first, 'what the next step sees');
    return first;
  },
  'output of a step for an agent': async ({ house }, value) => {
    const ada = defineAgent('ada', { handle: () => value });
    house.agents.register(ada);
    return (await house.run(defineWorkflow('w').step('s', { run: ada, input: () => 1 }), undefined)).s;
  },
  'output of a nested run': async ({ house }, value) => {
    const inner = defineWorkflow('inner').step('s', { run: () => value });
    const outer = defineWorkflow('outer').step('n', { run: inner, input: () => 1 });
    return (await house.run(outer, undefined)).n.s;
  },
  'output of a run': ({ house }, value) =>
    house.run(
      defineWorkflow('w').output(() => value),
      undefined,
    ),
};

/** The call rejects with an error of cadre at whose root is a HandlerError and what was thrown. */
async function failsTyped(result: Promise<unknown>, words: string): Promise<void> {
  const codes: string[] = [];
  let inner = (await rejection(result)) as { code?: string; cause?: unknown; message: string };
  checkTyped(inner, inner.code ?? 'HANDLER_FAILED');
  for (; inner.code !== undefined && inner.cause !== undefined; inner = inner.cause as never) {
    codes.push(inner.code);
  }
  assert.equal(codes.at(-1), 'HANDLER_FAILED', codes.join());
  assert.match(inner.message, new RegExp(words));
}

const make = (position: string, name: string, run: Case['run']): Case => ({
  category: 'payloads',
  position,
  name,
  run,
});

/** What runs are made of must be fit for a store, also where there is none; and what it is called in the error. */
const ofRuns: Readonly<Record<string, string>> = {
  'input of a run': 'input of workflow "w"',
  'output of a step': 'output of step "first"',
  'output of a step for an agent': 'output of step "s"',
  'output of a nested run': 'output of step "s"',
  'output of a run': 'output of workflow "w"',
};

/** Inside one process everything is passed by reference: what comes out is what went in, or it was refused. */
const passedIn = Object.entries(inputs).flatMap(([position, way]) => {
  const values: [string, () => unknown][] = [
    ...Object.entries(payloads),
    ...Object.entries(awaitables).map(([name, { make: value }]): [string, () => unknown] => [name, value]),
  ];
  const what = ofRuns[position];
  return values.map(([name, value]) =>
    make(position, name, async (world) => {
      const sent = value();
      const fault = what === undefined ? undefined : faultIn(name);
      if (what !== undefined && (fault !== undefined || openToBoth.has(name))) {
        const outcome = await outcomeOf(() => way(world, sent));
        if (outcome.end === 'rejected') checkUnstorable(outcome.error, what, fault ?? /^/);
        else assert.equal(fault, undefined, 'it was taken');
        if (fault !== undefined) await refuses(world, 'rejects', 'UNSTORABLE', () => way(world, value()));
        return;
      }
      const got = await way(world, sent);
      assert.equal(got.length, 1, 'how often it arrived');
      checkSame(got[0], sent, name);
    }),
  );
});

const passedOut = Object.entries(outputs).flatMap(([position, way]) => {
  const what = ofRuns[position];
  /** A run takes no output that cannot be stored; all else is handed on as it is. */
  const comesOut = async (world: World, name: string, sent: unknown, expected: unknown): Promise<void> => {
    const fault = what === undefined ? undefined : faultIn(name);
    const outcome = await outcomeOf(() => way(world, sent));
    const isRefused = outcome.end === 'rejected' && (fault !== undefined || openToBoth.has(name));
    if (what !== undefined && isRefused) return checkUnstorable(outcome.error, what, fault ?? /^/);
    if (outcome.end === 'rejected') throw outcome.error;
    assert.equal(fault, undefined, 'it was taken');
    checkSame((outcome as { value: unknown }).value, expected, name);
  };
  return [
    ...Object.entries(payloads).map(([name, value]) =>
      make(position, name, (world) => {
        const sent = value();
        return comesOut(world, name, sent, sent);
      }),
    ),
    ...Object.entries(awaitables).map(([name, { make: value, fails, ...rest }]) =>
      make(position, name, async (world) => {
        const sent = value();
        if (fails !== undefined) return failsTyped(way(world, sent), fails);
        return comesOut(world, '', sent, 'fulfils' in rest ? rest.fulfils : sent);
      }),
    ),
  ];
});

/** Every value at every place that takes one or gives one back. */
export const payloadCases: readonly Case[] = [...passedIn, ...passedOut];
