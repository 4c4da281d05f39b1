import { describe, expect, it } from 'vitest';
import {
  defineCapability,
  defineWorkflow,
  gate,
  type Policy,
  signal,
  sleep,
  sleepUntil,
  type Workflow,
} from '../../src/index.ts';
import { explain } from '../../src/workflow/explain/explain.ts';

const run = () => 1;
const endless = Number.POSITIVE_INFINITY;
const policy: Policy = { attempts: 3, timeout: '1s', backoff: { initial: 0 } };

function codes(workflow: Workflow<never, unknown>): string[] {
  return explain(workflow as Workflow).warnings.map(({ code, step }) => `${code} ${step}`);
}

describe('a step that waits', () => {
  const waiting = (deadline?: number) =>
    defineWorkflow('w', { policy, deadline })
      .step('paid', { run: signal('paid') })
      .step('soon', { run: signal('soon'), policy: { timeout: '5s' } })
      .step('nap', { run: sleep('2s') })
      .step('moment', { run: sleepUntil(1e12) })
      .step('open', { run: gate({ ask: 'go on?' }) })
      .step('decided', { run: gate({ ask: 'go on?', deadline: '1h' }) });

  it('is shown as what it waits for, and takes as long as it says, once', () => {
    expect(explain(waiting()).steps.map((s) => [s.kind, s.target, s.policy.attempts, s.worstMs])).toEqual([
      ['signal', 'paid', 1, endless],
      ['signal', 'soon', 1, 5_000],
      ['timer', 'sleep', 1, 2_000],
      ['timer', 'sleepUntil', 1, endless],
      ['gate', 'gate', 1, endless],
      ['gate', 'gate', 1, 3_600_000],
    ]);
  });

  it('without a limit is warned of, where the run has none either', () => {
    expect(codes(waiting())).toEqual(['unlimited-time paid', 'gate-without-deadline open']);
    expect(codes(waiting(1_000)).filter((code) => /unlimited|without/.test(code))).toEqual([]);
  });
});

describe('a step that becomes several', () => {
  const inner = defineWorkflow('inner', { policy }).step('x', { run });
  const research = defineCapability<number, number>('research');
  const many = defineWorkflow<number[]>('many', { policy })
    .forEach('each', { over: ({ input }) => input, run: (item: number) => item, most: 10 })
    .repeat('again', { run: research, input: () => 1, until: () => true, most: 4 })
    .race('first', { members: { slow: { run: inner, input: () => 1 }, quick: { run } } })
    .scatter('all', { run: research, input: () => 1 });

  it('shows what it may run, and counts every round of it', () => {
    const { steps, nested } = explain(many as Workflow);

    expect(nested.map(({ name }) => name)).toEqual(['inner']);
    expect(steps.map((s) => [s.kind, s.target, s.most, s.worstAttempts, s.worstMs])).toEqual([
      ['composite', 'forEach', 10, 30, 30_000],
      ['composite', 'repeat', 4, 12, 12_000],
      ['composite', 'race', 2, 12, 3_000],
      ['composite', 'scatter', endless, endless, 3_000],
    ]);
    expect(steps[2]?.members).toMatchObject([
      { name: 'slow', kind: 'workflow', target: 'inner', nested: 0, policy: { attempts: 3 } },
      { name: 'quick', kind: 'function', policy: { attempts: 3 } },
    ]);
  });

  it('is warned of when a member is tried again and what it runs is, too', () => {
    expect(codes(many)).toEqual(['retry-in-retry first']);
  });
});

describe('a step that has something instead', () => {
  it('takes the time of both, and names a workflow that it falls back to', () => {
    const inner = defineWorkflow('inner', { policy }).step('x', { run });
    const workflow = defineWorkflow('w')
      .step('a', { run, policy, onFailure: { run: inner, input: () => 1 }, undo: () => {} })
      .step('b', { run, policy, onFailure: 'continue' });
    const { steps, nested } = explain(workflow as Workflow);

    expect(nested.map(({ name }) => name)).toEqual(['inner']);
    expect(steps).toMatchObject([
      { onFailure: 'step', undo: true, worstMs: 6_000, worstAttempts: 6 },
      { onFailure: 'continue', undo: false, worstMs: 3_000, worstAttempts: 3 },
    ]);
  });
});
