import { expect, it } from 'vitest';
import { Coordinator, InvalidOptionsError } from '../../src/index.ts';
import { expectHealthy } from '../support/at-rest.ts';
import { thrownBy } from '../support/outcome.ts';

class Strategy {
  choose() {}
}

const bad: [options: unknown, option: string, rule: RegExp][] = [
  ['text', 'options', /an object/],
  [5, 'options', /an object/],
  [[], 'options', /an object/],
  [{ agent: [] }, 'agent', /one of the known options \(agents, /],
  [{ constructor: 1 }, 'constructor', /one of the known options/],
  [{ agents: 'ada' }, 'agents', /an array/],
  [{ agents: {} }, 'agents', /an array/],
  [{ agents: null }, 'agents', /an array/],
  [{ agents: ['ada'] }, 'agent', /made by defineAgent/],
  [{ routing: 'roundRobin' }, 'routing', /a RoutingStrategy/],
  [{ routing: Strategy }, 'routing', /a RoutingStrategy/],
  [{ policy: 3 }, 'policy', /an object/],
  [{ policy: { attempts: 0 } }, 'policy.attempts', /a whole number >= 1/],
  [{ policy: { attempts: '3' } }, 'policy.attempts', /a whole number >= 1/],
  [{ policy: { retries: 3 } }, 'policy.retries', /one of the known options/],
  [{ policy: { timeout: 0 } }, 'policy.timeout', /a duration/],
  [{ policy: { backoff: { initial: -1 } } }, 'policy.backoff.initial', /a duration/],
  [{ grace: Number.NaN }, 'grace', /a duration/],
  [{ grace: -1 }, 'grace', /a duration/],
  [{ grace: Number.POSITIVE_INFINITY }, 'grace', /a duration/],
  [{ grace: '5' }, 'grace', /a duration/],
  [{ grace: '5 s' }, 'grace', /a duration/],
  [{ grace: '5d' }, 'grace', /a duration/],
  [{ grace: null }, 'grace', /a duration/],
  [{ grace: true }, 'grace', /a duration/],
  [{ grace: 5n }, 'grace', /a duration/],
  [{ grace: new Date(0) }, 'grace', /a duration/],
  [{ grace: { valueOf: () => 5 } }, 'grace', /a duration/],
  [{ logger: console.log }, 'logger', /a Logger/],
  [{ logger: { info() {} } }, 'logger', /a Logger \(an object with debug, info, warn, error\)/],
  [{ clock: Date }, 'clock', /a Clock/],
  [{ clock: { now: Date.now } }, 'clock', /a Clock/],
  [{ messages: 5 }, 'messages', /an object/],
  [{ messages: null }, 'messages', /an object/],
  [{ messages: { clock: {} } }, 'messages', /without clock, which is an option of the coordinator/],
  [{ messages: { timeOut: 5 } }, 'timeOut', /one of the known options/],
  [{ messages: { timeout: 0 } }, 'timeout', /a duration/],
  [{ messages: { pending: 0 } }, 'pending', /a whole number >= 1/],
  [{ messages: { transport: {} } }, 'transport', /a Transport/],
  [{ tasks: { policy: {} } }, 'tasks', /without policy/],
  [{ tasks: { queue: -1 } }, 'queue', /a whole number >= 0/],
  [{ tasks: { queue: 1.5 } }, 'queue', /a whole number >= 0/],
  [{ tasks: { queue: Number.POSITIVE_INFINITY } }, 'queue', /a whole number >= 0/],
  [{ tasks: { timeout: 'never' } }, 'timeout', /a duration/],
  [{ workflows: { grace: 1 } }, 'workflows', /without grace/],
  [{ workflows: { runs: 0 } }, 'runs', /a whole number >= 1/],
  [{ workflows: { retention: 5 } }, 'retention', /an object/],
  [{ workflows: { retention: { runs: -1 } } }, 'retention.runs', /a whole number >= 0/],
  [{ workflows: { retention: { days: 5 } } }, 'retention.days', /one of the known options/],
];

/** What stands under `key` in the options or in one of their parts. */
function find(options: unknown, key: string): unknown {
  if (typeof options !== 'object' || options === null) return undefined;
  if (Object.hasOwn(options, key)) return (options as Record<string, unknown>)[key];
  return Object.values(options)
    .map((part) => find(part, key))
    .find((value) => value !== undefined);
}

it.each(bad)(
  'refuses %o, and names the owner, the option, the rule and the value',
  (options, option, rule) => {
    const error = thrownBy(() => new Coordinator(options as never)) as InvalidOptionsError;
    const key = option.split('.').at(-1) as string;
    const given = error.rule.startsWith('one of the known options') ? key : find(options, key);

    expect(error).toBeInstanceOf(InvalidOptionsError);
    expect(error).toMatchObject({ code: 'INVALID_OPTIONS', option, retryable: false });
    expect(error.rule).toMatch(rule);
    expect(error.message).toContain(`${error.owner}: ${option} must be ${error.rule}, got `);
    expect(error.owner).toMatch(/^(Coordinator|MessageBroker|TaskDistributor|WorkflowEngine|register)$/);
    if (given !== undefined) expect(error.value).toBe(given);
  },
);

it('keeps the refused value itself, however large, and shows a short form of it', () => {
  const value = 'x'.repeat(10_000);
  const error = thrownBy(() => new Coordinator({ grace: value as never })) as InvalidOptionsError;

  expect(error.value).toBe(value);
  expect(error.message.length).toBeLessThan(400);
});

it('survives options whose fields throw when they are read', () => {
  const options = {
    get grace(): never {
      throw new Error('trap');
    },
  };

  expect(thrownBy(() => new Coordinator(options as never))).toBeInstanceOf(Error);
});

it.each([
  [undefined],
  [{}],
  [{ grace: undefined, agents: undefined, policy: undefined, messages: undefined }],
])('takes %o as no options at all', async (options) => {
  const house = new Coordinator(options as never);
  await expectHealthy(house);
  await house.close();
});

it.each([[0], ['0ms'], ['250ms'], ['30s'], ['2m'], ['1.5h'], [2 ** 31], [2 ** 53]])(
  'takes %s as a duration',
  async (grace) => {
    const house = new Coordinator({ grace: grace as number });
    await house.close();
  },
);

it.each([[{ drain: 'soon' }], [{ drain: -1 }], [{ drain: Number.POSITIVE_INFINITY }], [{ timeout: 5 }]])(
  'refuses to close with %o, and is not closed by that',
  async (options) => {
    const house = new Coordinator();
    const error = await (async () => house.close(options as never))().catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code: 'INVALID_OPTIONS', owner: 'close', retryable: false });
    await expectHealthy(house);
  },
);
