import { describe, expect, it } from 'vitest';
import { defineWorkflow, type Policy, type Workflow } from '../../src/index.ts';
import { explain } from '../../src/workflow/explain/explain.ts';

const run = () => 1;
const retried: Policy = { attempts: 3, timeout: '1s' };
const forever: Policy = { attempts: Number.POSITIVE_INFINITY, timeout: '1s' };

function codes(workflow: Workflow<never, unknown>, options?: object): string[] {
  return explain(workflow as Workflow, options).warnings.map(({ code, step }) =>
    step ? `${code} ${step}` : code,
  );
}

describe('a warning', () => {
  it('is not given where there is nothing to say', () => {
    const quiet = defineWorkflow('w', { deadline: '1m', concurrency: 2 })
      .step('a', { run, policy: retried })
      .step('b', { run, policy: { timeout: '1m' } });

    expect(codes(quiet)).toEqual([]);
  });

  it('tells of a retry inside a retry, whoever asked for either', () => {
    const inner = defineWorkflow('inner').step('x', { run, policy: retried });
    const plain = defineWorkflow('plain').step('x', { run });
    const outer = (policy?: Policy) =>
      defineWorkflow('outer')
        .step('both', { run: inner, input: run, policy })
        .step('outside', { run: plain, input: run, policy });

    expect(codes(outer(retried))).toEqual(['retry-in-retry both']);
    expect(codes(outer())).toEqual([]);
    expect(codes(outer(), { policy: { attempts: 2 } })).toEqual([
      'retry-in-retry both',
      'retry-in-retry outside',
    ]);
    expect(explain(outer(retried)).warnings[0]?.message).toBe(
      '"both" is tried up to 3 times and runs "inner", whose step "x" is tried up to 3 times each time.',
    );
  });

  it('tells of a timeout that the run has no time for, but only where somebody said so', () => {
    const w = (policy: Policy | undefined, deadline = 60_000) =>
      defineWorkflow('w', { deadline }).step('s', { run, policy });

    expect(codes(w({ timeout: 60_001 }))).toEqual(['timeout-above-deadline s', 'worst-case-above-deadline']);
    expect(codes(w({ timeout: 60_000 }))).toEqual([]);
    expect(codes(w(undefined))).toEqual(['worst-case-above-deadline']);
    expect(explain(w({ timeout: '2m' })).warnings[0]?.message).toBe(
      '"s" may take 2m, but the run has only 1m.',
    );
  });

  it('tells of a worst case that the run has no time for', () => {
    const w = (deadline: number) =>
      defineWorkflow('w', { deadline, policy: { timeout: '1s' } })
        .step('a', { run })
        .step('b', { run, after: ['a'] });

    expect(codes(w(1_999))).toEqual(['worst-case-above-deadline']);
    expect(codes(w(2_000))).toEqual([]);
  });

  it('tells of attempts and of time that nothing limits', () => {
    const endless: Policy = { timeout: Number.POSITIVE_INFINITY };
    const w = (policy: Policy, deadline?: number) =>
      defineWorkflow('w', { deadline }).step('s', { run, policy });

    expect(codes(w(forever))).toEqual(['unlimited-attempts s']);
    expect(codes(w(endless))).toEqual(['unlimited-time s']);
    expect(codes(w(forever, 60_000))).not.toContain('unlimited-attempts s');
    expect(codes(w(endless, 60_000))).not.toContain('unlimited-time s');
  });

  it('counts the deadline of the workflow that is explained for those within', () => {
    const inner = defineWorkflow('inner').step('x', { run, policy: forever });
    const w = (deadline?: number) => defineWorkflow('w', { deadline }).step('s', { run: inner, input: run });

    expect(explain(w()).warnings).toMatchObject([
      { code: 'unlimited-attempts', workflow: 'inner', step: 'x' },
    ]);
    expect(codes(w(1_000))).toEqual(['worst-case-above-deadline']);
  });

  it('tells of more steps side by side than run at once', () => {
    const steps = Array.from({ length: 5 }, (_, i) => ({ id: `s${i}`, run }));

    expect(codes(defineWorkflow('w', { steps, concurrency: 4 }))).toEqual(['fan-out-above-concurrency']);
    expect(codes(defineWorkflow('w', { steps, concurrency: 5 }))).toEqual([]);
  });

  it('tells of a condition that gives no answer for the input', () => {
    const w = defineWorkflow<number>('w').step('s', {
      run,
      when: ({ input }) => (input as never as string).length > 1 && 1 === (1 as number),
    });

    expect(codes(w as never, { input: null })).toEqual(['condition-fails s']);
  });
});
