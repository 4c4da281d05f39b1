import {
  callable,
  parseOption,
  type Rule,
  type Rules,
  refuse,
  whole,
  withDefault,
} from '../../kernel/options.ts';
import { RepeatLimitError } from '../errors.ts';
import { targetRule } from '../parse-step.ts';
import type { StepDefinition, StepTarget } from '../step.ts';
import { memberStep, policyOver, refuseAnswer, type Scope } from './members.ts';
import { parseComposite } from './parse.ts';

interface RepeatSettings {
  readonly run: StepTarget;
  readonly input: (scope: never) => unknown;
  readonly until: (output: never, round: number) => boolean;
  readonly most: number;
  readonly onLimit: 'fail' | 'continue';
}

const onLimit: Rule<'fail' | 'continue'> = (value) =>
  value === 'fail' || value === 'continue' ? value : refuse("'fail' or 'continue'", value);

const rules: Rules<RepeatSettings> = {
  run: (value) => {
    const run = targetRule(value);
    if (
      typeof run === 'object' &&
      (run.kind === 'signal' ||
        run.kind === 'gate' ||
        (run.kind === 'timer' && (run.ms ?? run.at) !== undefined))
    )
      refuse('what takes an input', value);
    return run;
  },
  input: callable<RepeatSettings['input']>(),
  until: callable<RepeatSettings['until']>(),
  most: whole({ min: 1, max: 10_000 }),
  onLimit: withDefault(onLimit, 'fail'),
};

/** Reads a step that is run round after round. @throws InvalidNameError, InvalidOptionsError */
export function parseRepeat(id: unknown, options: unknown): StepDefinition {
  const step = parseComposite(id, rules, options, ({ run, input, until, most, onLimit }, policy) => ({
    kind: 'composite',
    name: 'repeat',
    members: Object.freeze([Object.freeze({ name: 'round', run })]),
    most,
    join: undefined,
    expand: (scope, host) => {
      const wasLast = (outputs: Scope, round: number): boolean => {
        const answer: unknown = until(outputs[round - 1] as never, round);
        if (typeof answer === 'boolean') return answer;
        return refuseAnswer(host.step, 'until', 'a function that returns true or false', answer);
      };
      const steps = Array.from({ length: most }, (_, index) => {
        const inputOf = (outputs: Scope) =>
          input({ ...scope, round: index + 1, previous: outputs[index - 1] } as never);
        if (index === 0) return memberStep('0', run, { input: inputOf });
        const before = `${index - 1}`;
        return memberStep(`${index}`, run, {
          after: [before],
          // The round before was skipped, or it was the last.
          when: (outputs: Scope) => before in outputs && !wasLast(outputs, index),
          input: inputOf,
        });
      });
      const output = (outputs: Scope): unknown => {
        let rounds = 1;
        while (`${rounds}` in outputs) rounds++;
        if (rounds === most && onLimit === 'fail' && !wasLast(outputs, most))
          throw new RepeatLimitError(host.step, most);
        return outputs[rounds - 1];
      };
      return { steps, output, policy: policyOver(policy, host.policy), concurrency: 1 };
    },
  }));
  for (const name of ['round', 'previous']) {
    const clash = (after: readonly string[]) => {
      if (after.includes(name)) refuse(`without "${name}", which the scope of a round has itself`, after);
    };
    parseOption(`step "${step.id}"`, 'after', clash as Rule<void>, step.after);
  }
  return step;
}
