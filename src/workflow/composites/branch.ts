import { callable, optional, type Rules } from '../../kernel/options.ts';
import type { StepDefinition } from '../step.ts';
import {
  called,
  type MemberSettings,
  memberRule,
  membersRule,
  policyOver,
  refuseAnswer,
  type Scope,
  stepFor,
} from './members.ts';
import { parseComposite } from './parse.ts';

interface BranchSettings {
  readonly on: (scope: never) => string;
  readonly cases: ReadonlyMap<string, MemberSettings>;
  readonly otherwise: MemberSettings | undefined;
}

const rules: Rules<BranchSettings> = {
  on: callable<BranchSettings['on']>(),
  cases: membersRule,
  otherwise: optional(memberRule),
};

/** The name of what is run where there is no such case. */
const OTHERWISE = 'otherwise';

/** Reads a step that runs one of several things. @throws InvalidNameError, InvalidOptionsError */
export function parseBranch(id: unknown, options: unknown): StepDefinition {
  return parseComposite(id, rules, options, ({ on, cases, otherwise }, policy) => ({
    kind: 'composite',
    name: 'branch',
    members: Object.freeze(
      [...cases, ...(otherwise === undefined ? [] : [[OTHERWISE, otherwise] as const])].map(
        ([name, { run }]) => Object.freeze({ name, run }),
      ),
    ),
    most: 1,
    join: undefined,
    expand: (scope, host) => {
      const name: unknown = called(`the choice of step "${host.step}"`, () => on(scope as never));
      const found = cases.get(name as string);
      const chosen = found ?? otherwise;
      if (typeof name !== 'string' || chosen === undefined)
        return refuseAnswer(
          host.step,
          'on',
          `a function that returns one of ${[...cases.keys()].join(', ')}`,
          name,
        );
      const step = stepFor(found === undefined ? OTHERWISE : name, chosen, scope, host);
      const output = (outputs: Scope) => outputs[step.id];
      return { steps: [step], output, policy: policyOver(policy, host.policy), concurrency: undefined };
    },
  }));
}
