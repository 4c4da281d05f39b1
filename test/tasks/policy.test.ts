import { describe, expect, it } from 'vitest';
import { defineAgent, type HandlerContext, type Policy } from '../../src/index.ts';
import { deskAgent, houseWith } from '../support/house.ts';
import { raise, watch } from '../support/outcome.ts';

const quick: Policy = { backoff: { initial: 1, jitter: 0 } };

/** How often a handler that always fails is tried, with a policy on each level. */
async function triesWith(call: Policy, agentPolicy: Policy, house: Policy): Promise<number> {
  let tries = 0;
  const agent = defineAgent('ada', {
    policy: agentPolicy,
    handle: (_input: unknown) => {
      tries++;
      raise(new Error('bad'));
    },
  });
  const { clock, house: coordinator } = houseWith({ agents: [agent], policy: house });
  watch(coordinator.ask('ada', 1, { policy: call }));
  await clock.advance(600_000);
  return tries;
}

const levels: [call: Policy, agent: Policy, house: Policy, tries: number][] = [
  [{}, {}, quick, 1],
  [{}, {}, { ...quick, attempts: 4 }, 4],
  [{}, { attempts: 3 }, { ...quick, attempts: 4 }, 3],
  [{ attempts: 2 }, { attempts: 3 }, { ...quick, attempts: 4 }, 2],
  [{ attempts: 1 }, { attempts: 3 }, { ...quick, attempts: 4 }, 1],
  [{ attempts: 2 }, { retryWhen: () => false }, quick, 1],
  [{ attempts: 3, retryWhen: () => true }, { retryWhen: () => false }, quick, 3],
];

describe('exactly one policy is in force', () => {
  it.each(levels)('call %o, agent %o, coordinator %o: %d attempts', async (call, agent, house, tries) => {
    expect(await triesWith(call, agent, house)).toBe(tries);
  });

  it('field by field: what one level leaves out comes from the next', async () => {
    const at: number[] = [];
    const agent = defineAgent('ada', {
      policy: { backoff: { initial: 70, jitter: 0 }, timeout: 20 },
      handle: (_input: unknown) => {
        at.push(clock.monotonic());
        return new Promise(() => {});
      },
    });
    const { clock, house } = houseWith({
      agents: [agent],
      grace: 0,
      policy: { attempts: 9, timeout: 5_000, backoff: { initial: 1 } },
    });
    const outcome = watch(house.ask('ada', 1, { policy: { attempts: 3 } }));
    await clock.advance(1_000);

    // 20 ms of attempt and 70, then 140 of waiting.
    expect(at).toEqual([0, 90, 250]);
    expect(outcome.value).toMatchObject({ code: 'TIMEOUT', timeoutMs: 20 });
  });

  it('a backoff replaces the other as a whole', async () => {
    const at: number[] = [];
    const agent = defineAgent('ada', {
      policy: { attempts: 3, backoff: { initial: 10, factor: 10, jitter: 0 } },
      handle: (_input: unknown) => {
        at.push(clock.monotonic());
        raise(new Error('bad'));
      },
    });
    const { clock, house } = houseWith({ agents: [agent] });
    watch(house.ask('ada', 1, { policy: { backoff: { initial: 100, jitter: 0 } } }));
    await clock.advance(1_000);

    expect(at).toEqual([0, 100, 300]);
  });
});

it('a retry inside a retry does not multiply: what a handler asks for has a policy of its own', async () => {
  const tries = { outer: 0, inner: 0 };
  const inner = defineAgent('inner', {
    handle: (_input: unknown) => {
      tries.inner++;
      raise(new Error('bad'));
    },
  });
  const outer = defineAgent('outer', {
    policy: { ...quick, attempts: 3 },
    handle: (input: unknown, { ask }: HandlerContext) => {
      tries.outer++;
      return ask('inner', input);
    },
  });
  const { clock, house } = houseWith({ agents: [inner, outer] });
  const outcome = watch(house.ask('outer', 1));
  await clock.advance(60_000);

  expect(tries).toEqual({ outer: 3, inner: 3 });
  expect(outcome.value).toMatchObject({
    handler: 'agent "outer"',
    cause: { handler: 'agent "inner"', cause: { message: 'bad' } },
  });
});

it('an attempt that another agent makes counts like the first agent’s: the policy stays', async () => {
  const [patient, hasty] = [
    deskAgent('patient', { policy: { ...quick, attempts: 3 } }),
    deskAgent('hasty', { policy: { attempts: 1 } }),
  ];
  const { clock, house } = houseWith({ agents: [patient.agent, hasty.agent] });
  const outcome = watch(house.ask({ capabilities: ['work'] }, 1));
  await clock.settle();
  patient.desk.job(0).fail(new Error('first'));
  await clock.advance(1);
  hasty.desk.job(0).fail(new Error('second'));
  await clock.advance(2);
  patient.desk.job(1).finish('third');
  await clock.settle();

  expect(outcome.value).toBe('third');
});
