import { callable, type Rules, refuse, whole, withDefault } from '../../kernel/options.ts';
import type { Join } from '../joins.ts';
import { mapping, targetRule } from '../parse-step.ts';
import type { StepDefinition, StepTarget } from '../step.ts';
import {
  called,
  checkMembers,
  joinStep,
  memberStep,
  policyOver,
  refuseAnswer,
  type Scope,
} from './members.ts';
import { memberConcurrency, memberJoin, parseComposite } from './parse.ts';

interface ForEachSettings {
  readonly over: (scope: never) => unknown;
  readonly run: StepTarget;
  readonly input: ((item: never, index: number, scope: never) => unknown) | undefined;
  readonly concurrency: number;
  readonly join: Join | undefined;
  readonly most: number;
}

const rules: Rules<ForEachSettings> = {
  over: callable<ForEachSettings['over']>(),
  run: (value) => {
    const run = targetRule(value);
    if (typeof run === 'object' && run.kind === 'gate' && typeof run.ask === 'function')
      refuse('a gate that asks with a text', value);
    return run;
  },
  input: mapping as Rules<ForEachSettings>['input'],
  concurrency: memberConcurrency,
  join: memberJoin,
  most: withDefault(whole({ min: 1 }), 10_000),
};

/** Reads a step that runs the same for each item of a list. @throws InvalidNameError, InvalidOptionsError */
export function parseForEach(id: unknown, options: unknown): StepDefinition {
  return parseComposite(id, rules, options, (settings, policy) => {
    const { over, run, input, concurrency, join, most } = settings;
    const takesItem = input !== undefined || typeof run === 'function' || takesInput(run);
    return {
      kind: 'composite',
      name: 'forEach',
      members: Object.freeze([Object.freeze({ name: 'item', run })]),
      most,
      join,
      expand: (scope, host) => {
        const items = itemsOf(host.step, over, most, scope);
        checkMembers(items.length, join, host);
        const steps = items.map((item, index) =>
          memberStep(`${index}`, run, {
            input: takesItem
              ? () => (input === undefined ? item : input(item as never, index, scope as never))
              : undefined,
          }),
        );
        const listOf = (outputs: Scope) => items.map((_item, index) => outputs[index]);
        if (join !== undefined && items.length > 0) steps.push(joinStep(steps, join, listOf));
        const joined = (outputs: { readonly join: unknown }) => outputs.join;
        const output = join !== undefined && items.length > 0 ? joined : listOf;
        return { steps, output, policy: policyOver(policy, host.policy), concurrency };
      },
    };
  });
}

function takesInput(run: Exclude<StepTarget, (...args: never) => unknown>): boolean {
  if (run.kind === 'timer') return run.ms === undefined && run.at === undefined;
  return run.kind !== 'signal' && run.kind !== 'gate';
}

function itemsOf(
  step: string,
  over: (scope: never) => unknown,
  most: number,
  scope: Scope,
): readonly unknown[] {
  const items = called(`the list of step "${step}"`, () => over(scope as never));
  if (!Array.isArray(items)) refuseAnswer(step, 'over', 'a function that returns an array', items);
  const list = items as readonly unknown[];
  if (list.length > most) refuseAnswer(step, 'over', `a function that returns at most ${most} items`, list);
  return Array.from(list);
}
