import type { Rules } from '../../kernel/options.ts';
import type { StepDefinition } from '../step.ts';
import { joinStep, type MemberSettings, membersRule, policyOver, type Scope, stepFor } from './members.ts';
import { parseComposite } from './parse.ts';

interface RaceSettings {
  readonly members: ReadonlyMap<string, MemberSettings>;
}

const rules: Rules<RaceSettings> = { members: membersRule };

/** The first member that has an output, by the names of all. */
function winnerOf(names: Iterable<string>, seen: Scope): unknown {
  for (const winner of names) if (winner in seen) return { winner, output: seen[winner] };
  return undefined;
}

/** Reads a step of whose members the first to complete counts. @throws InvalidNameError, InvalidOptionsError */
export function parseRace(id: unknown, options: unknown): StepDefinition {
  return parseComposite(id, rules, options, ({ members }, policy) => ({
    kind: 'composite',
    name: 'race',
    members: Object.freeze([...members].map(([name, { run }]) => Object.freeze({ name, run }))),
    most: members.size,
    join: Object.freeze({ kind: 'any' }),
    expand: (scope, host) => {
      const steps = [...members].map(([name, member]) => stepFor(name, member, scope, host));
      steps.push(joinStep(steps, { kind: 'any' }, (seen) => winnerOf(members.keys(), seen)));
      const output = ({ join }: { readonly join: unknown }) => join;
      return { steps, output, policy: policyOver(policy, host.policy), concurrency: undefined };
    },
  }));
}
