import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  defineAgent,
  defineCapability,
  defineWorkflow,
  InvalidOptionsError,
  type Policy,
  SchemaViolationError,
  type StepData,
} from '../../src/index.ts';
import { explain } from '../../src/workflow/explain/explain.ts';
import { thrownBy } from '../support/outcome.ts';

const run = () => 1;
const fixed = (initial: number) => ({ initial, factor: 1, jitter: 0 });

/** A workflow of these steps. */
function defineSteps(steps: readonly StepData[]) {
  return defineWorkflow('w', { steps });
}

describe('an explanation', () => {
  it('names each step, what it runs, after what, on which level, and whether it may be skipped', () => {
    const inner = defineWorkflow('inner').step('only', { run });
    const workflow = defineWorkflow('w')
      .step('code', { run: function count() {} })
      .step('ask', { run: defineCapability('research'), input: run, after: ['code'] })
      .step('agent', { run: defineAgent('ada', { handle: run }), input: run, when: () => true })
      .step('sub', { run: inner, input: run, after: ['ask', 'agent'] })
      .step('any', { run: { specializations: ['oceans'] }, input: run, after: ['sub'] });

    const { name, steps, depth, width, nested } = explain(workflow);
    expect(
      steps.map(({ id, kind, target, after, level, condition }) => [
        id,
        kind,
        target,
        after,
        level,
        condition,
      ]),
    ).toEqual([
      ['code', 'function', 'count', [], 0, 'none'],
      ['ask', 'capability', 'research', ['code'], 1, 'none'],
      ['agent', 'agent', 'ada', [], 0, 'open'],
      ['sub', 'workflow', 'inner', ['ask', 'agent'], 2, 'none'],
      ['any', 'requirement', 'requirement', ['sub'], 3, 'none'],
    ]);
    expect([name, depth, width, nested.map((one) => one.name)]).toEqual(['w', 4, 2, ['inner']]);
    expect(steps.map(({ nested: place }) => place)).toEqual([undefined, undefined, undefined, 0, undefined]);
  });

  it('says which policy is in force, and who says what of it', () => {
    const ada = defineAgent('ada', { handle: run, policy: { attempts: 4, timeout: '4s' } });
    const policy: Policy = { attempts: 9, timeout: '9s', backoff: fixed(9) };
    const workflow = defineWorkflow('w', { policy: { timeout: '3s' } })
      .step('own', { run, policy: { attempts: 2 } })
      .step('agent', { run: ada, input: run })
      .step('rest', { run });
    const policies = explain(workflow, { policy }).steps.map((step) => step.policy);

    expect(policies).toMatchObject([
      { attempts: 2, timeoutMs: 3_000, from: { attempts: 'step', timeout: 'workflow', backoff: 'engine' } },
      {
        attempts: 4,
        timeoutMs: 3_000,
        from: { attempts: 'agent', timeout: 'workflow', retryWhen: 'default' },
      },
      { attempts: 9, timeoutMs: 3_000, backoff: { initial: 9 }, from: { attempts: 'engine' } },
    ]);
    expect(explain(defineWorkflow('w').step('s', { run })).steps[0]?.policy).toMatchObject({
      attempts: 1,
      timeoutMs: 300_000,
      from: { attempts: 'default', timeout: 'default' },
    });
  });

  it.each([
    [{ attempts: 1, timeout: 1_000 }, 1_000],
    [{ attempts: 3, timeout: 1_000, backoff: fixed(10) }, 3_020],
    [
      { attempts: 5, timeout: 1_000, backoff: { initial: 100, factor: 2, max: 400 } },
      5_000 + 100 + 200 + 400 + 400,
    ],
    [{ attempts: 1e9, timeout: 1, backoff: { initial: 1, factor: 2, max: 4 } }, 1e9 + 3 + (1e9 - 3) * 4],
    [{ attempts: 3, timeout: 1, backoff: { initial: 10, factor: 2, max: 5 } }, 3 + 10],
    [{ attempts: 3, timeout: 1, backoff: { initial: 100, factor: 2, max: 5 } }, 3 + 10],
    [{ attempts: 3, timeout: 1, backoff: { initial: 0, factor: 2 } }, 3],
    [{ attempts: Number.POSITIVE_INFINITY, timeout: 1 }, Number.POSITIVE_INFINITY],
    [{ attempts: 2, timeout: Number.POSITIVE_INFINITY }, Number.POSITIVE_INFINITY],
  ])('works out the worst case of a step from %o', (policy: Policy, worstMs) => {
    expect(explain(defineWorkflow('w').step('s', { run, policy })).steps[0]?.worstMs).toBeCloseTo(worstMs, 3);
  });

  it('takes the longest way for the worst case of the whole, up to the deadline', () => {
    const s = (timeout: number) => ({ run, policy: { timeout } });
    const diamond = (deadline: number) =>
      defineWorkflow('w', { deadline })
        .step('a', s(10))
        .step('slow', { ...s(500), after: ['a'] })
        .step('quick', { ...s(20), after: ['a'] })
        .step('end', { ...s(1), after: ['slow', 'quick'] });

    expect(explain(diamond(10_000))).toMatchObject({ worstMs: 511, worstUnlimitedMs: 511, worstAttempts: 4 });
    expect(explain(diamond(100))).toMatchObject({ worstMs: 100, worstUnlimitedMs: 511 });
  });

  it('counts that steps wait for one another where fewer run at once than there are', () => {
    const steps = Array.from({ length: 10 }, (_, i) => ({ id: `s${i}`, run, policy: { timeout: 100 } }));

    expect(explain(defineWorkflow('w', { steps, concurrency: 1 })).worstMs).toBe(1_000);
    expect(explain(defineWorkflow('w', { steps, concurrency: 10 })).worstMs).toBe(100);
  });

  it('finds the critical path by estimates: those given, else those declared, else those of the workflow within', () => {
    const inner = defineWorkflow('inner').step('x', { run });
    const workflow = defineSteps([
      { id: 'a', run },
      { id: 'b', run, after: ['a'], estimate: 100 },
      { id: 'c', run, after: ['a'], estimate: 300 },
      { id: 'd', run: inner, input: run, after: ['b', 'c'] },
    ]);
    const explained = explain(workflow, { estimates: { b: '1s', a: 5 } });

    expect(explained.criticalPath).toEqual({ steps: ['a', 'b', 'd'], lengthMs: 1_005, unestimated: 1 });
    expect(explained.steps.map(({ id, critical, estimateMs }) => [id, critical, estimateMs])).toEqual([
      ['a', true, 5],
      ['b', true, 1_000],
      ['c', false, 300],
      ['d', true, undefined],
    ]);
  });

  it('takes the way with most steps where nobody has estimated anything', () => {
    const steps = [
      { id: 'a', run },
      { id: 'b', run, after: ['a'] },
      { id: 'alone', run },
    ];

    expect(explain(defineWorkflow('w', { steps })).criticalPath).toEqual({
      steps: ['a', 'b'],
      lengthMs: 0,
      unestimated: 3,
    });
  });

  it('adds up what steps cost that say so', () => {
    const policy = { attempts: 3 };
    const workflow = defineSteps([
      { id: 'a', run, policy, cost: 2 },
      { id: 'b', run, policy: { attempts: Number.POSITIVE_INFINITY }, cost: 0 },
      { id: 'c', run },
    ]);

    expect(explain(workflow).cost).toEqual({ once: 2, atMost: 6 });
    expect(explain(defineWorkflow('w').step('s', { run })).cost).toBeUndefined();
  });

  it('explains workflows within: once each, with their deadline, and multiplied by the attempts at their step', () => {
    const policy = { attempts: 2, timeout: 100, backoff: fixed(0) };
    const inner = defineWorkflow('inner', { deadline: 150 }).step('x', { run, policy });
    const outer = defineWorkflow('outer')
      .step('one', { run: inner, input: run, policy: { attempts: 3, backoff: fixed(10) } })
      .step('two', { run: inner, input: run })
      .step('short', { run: inner, input: run, policy: { timeout: 40 } });
    const { steps, nested, worstAttempts } = explain(outer);

    expect(nested).toMatchObject([{ name: 'inner', worstUnlimitedMs: 200, worstMs: 150, worstAttempts: 2 }]);
    expect(steps.map((step) => [step.nested, step.worstMs, step.worstAttempts])).toEqual([
      [0, 470, 6],
      [0, 150, 2],
      [0, 40, 2],
    ]);
    expect(worstAttempts).toBe(10);
  });

  it('limits a workflow within by what names its step, not by what the engine says of steps', () => {
    const inner = defineWorkflow('inner').step('x', { run, policy: { timeout: 150 } });
    const outer = (policy?: Policy) =>
      defineWorkflow('outer', { policy }).step('s', { run: inner, input: run });

    expect(explain(outer(), { policy: { timeout: 10 } }).steps[0]).toMatchObject({ worstMs: 150 });
    expect(explain(outer({ timeout: 20 })).steps[0]).toMatchObject({ worstMs: 20 });
  });

  it('takes the critical path of a workflow within for the estimate of its step', () => {
    const inner = defineSteps([
      { id: 'a', run, estimate: 10 },
      { id: 'b', run, after: ['a'], estimate: 5 },
    ]);
    const outer = defineWorkflow('outer').step('s', { run: inner, input: run });

    expect(explain(outer).criticalPath).toEqual({ steps: ['s'], lengthMs: 15, unestimated: 0 });
    expect(explain(outer, { estimates: { s: 1 } }).criticalPath.lengthMs).toBe(1);
  });

  it('asks the conditions that hang on the input alone when it is given, and counts no step that is refused', () => {
    const workflow = defineWorkflow('w', { input: z.object({ sum: z.coerce.number() }) })
      .step('big', { run, when: ({ input }) => input.sum > 100, policy: { timeout: 7 } })
      .step('small', { run, when: ({ input }) => input.sum <= 100 })
      .step('later', { run, after: ['big'], when: () => false })
      .step('broken', { run, when: () => null as never });
    const conditions = (options?: { readonly input?: { readonly sum: number } }) =>
      explain(workflow, options as { input: { sum: number } }).steps.map(({ condition }) => condition);

    expect(conditions()).toEqual(['open', 'open', 'open', 'open']);
    expect(conditions({ input: { sum: 200 } })).toEqual(['holds', 'refuses', 'open', 'fails']);
    expect(explain(workflow, { input: { sum: 200 } }).steps[1]).toMatchObject({
      worstAttempts: 0,
      worstMs: 0,
    });
    expect(thrownBy(() => conditions({ input: { sum: Number.NaN } }))).toBeInstanceOf(SchemaViolationError);
  });

  it('is plain data: the same twice, and nothing lost in JSON but what is without limit', () => {
    const make = () => defineWorkflow('w', { deadline: '5m' }).step('s', { run });
    const explained = explain(make());

    expect(explain(make())).toEqual(explained);
    expect(JSON.parse(JSON.stringify(explained))).toMatchObject({
      name: 'w',
      deadlineMs: 300_000,
      warnings: [],
    });
  });

  it.each([
    ['an unknown option', { speed: 1 }, 'speed must be one of the known options'],
    [
      'an estimate for no step',
      { estimates: { ghost: 1 } },
      'estimates must be an object whose keys are steps',
    ],
    ['an estimate without end', { estimates: { s: Number.POSITIVE_INFINITY } }, 'finite durations'],
    ['a policy that is none', { policy: { attempts: 0 } }, 'policy.attempts must be'],
  ])('refuses %s', (_what, options, words) => {
    const error = thrownBy(() => explain(defineWorkflow('w').step('s', { run }), options as object));

    expect(error).toBeInstanceOf(InvalidOptionsError);
    expect((error as Error).message).toContain(words);
  });

  it('refuses what is no workflow, and a graph that cannot run', () => {
    expect(thrownBy(() => explain({} as never))).toBeInstanceOf(InvalidOptionsError);
    expect(
      thrownBy(() => explain(defineWorkflow('w').step('a', { run, after: ['a' as never] }))),
    ).toMatchObject({
      code: 'CYCLE',
    });
  });
});

describe('a large explanation', () => {
  it('takes 100,000 steps in a row, and 100,000 side by side', () => {
    const chain = Array.from({ length: 100_000 }, (_, i) => ({
      id: `s${i}`,
      run,
      after: i > 0 ? [`s${i - 1}`] : [],
    }));
    const fan = Array.from({ length: 100_000 }, (_, i) => ({ id: `s${i}`, run, after: i > 0 ? ['s0'] : [] }));
    const long = explain(defineWorkflow('w', { steps: chain }));
    const wide = explain(defineWorkflow('w', { steps: fan }));

    expect([long.depth, long.width, long.criticalPath.steps.length]).toEqual([100_000, 1, 100_000]);
    expect([wide.depth, wide.width, wide.worstMs]).toEqual([2, 99_999, 600_000 + (100_000 - 2) * 300]);
    expect(long.toText().split('\n').length).toBeGreaterThan(100_000);
    expect(long.toMermaid().split('\n').length).toBeGreaterThan(200_000);
  }, 30_000);

  it('takes 10,000 workflows within one another, and one that stands in ever more places', () => {
    let deep = defineWorkflow('w0').step('s', { run });
    let many = defineWorkflow('w0').step('s', { run });
    for (let i = 1; i <= 10_000; i++)
      deep = defineWorkflow(`w${i}`).step('s', { run: deep, input: run }) as never;
    for (let i = 1; i <= 100; i++)
      many = defineWorkflow(`w${i}`)
        .step('s', { run: many, input: run })
        .step('t', { run: many, input: run }) as never;

    expect(explain(deep).nested.length).toBe(10_000);
    expect(explain(many)).toMatchObject({ worstAttempts: 2 ** 100, nested: { length: 100 } });
  }, 30_000);
});
