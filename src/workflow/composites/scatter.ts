import { InvalidNameError } from '../../kernel/errors.ts';
import { checkName } from '../../kernel/names.ts';
import { callable, optional, type Rules, refuse } from '../../kernel/options.ts';
import type { Runnable } from '../../kernel/work.ts';
import { JoinError } from '../errors.ts';
import { type Join, joinWords } from '../joins.ts';
import type { Composite, Expansion, ExpansionHost, StepDefinition } from '../step.ts';
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

interface ScatterSettings {
  readonly run: Runnable<never, unknown> & { readonly kind: 'capability' };
  readonly to: ((scope: never) => readonly string[]) | undefined;
  readonly input: (scope: never, agent: string) => unknown;
  readonly concurrency: number;
  readonly join: Join | undefined;
}

const rules: Rules<ScatterSettings> = {
  run: (value) => {
    if ((value as Partial<ScatterSettings['run']> | null | undefined)?.kind !== 'capability')
      refuse('a capability', value);
    return value as ScatterSettings['run'];
  },
  to: optional(callable<ScatterSettings['to'] & object>()),
  input: callable<ScatterSettings['input']>(),
  concurrency: memberConcurrency,
  join: memberJoin,
};

/** Reads a step that asks several agents the same. @throws InvalidNameError, InvalidOptionsError */
export function parseScatter(id: unknown, options: unknown): StepDefinition {
  return parseComposite(id, rules, options, ({ run, to, input, concurrency, join }, policy) => {
    const facts = {
      kind: 'composite',
      name: 'scatter',
      members: Object.freeze([Object.freeze({ name: 'agent', run })]),
      most: Number.POSITIVE_INFINITY,
      join,
    } as const;
    const asking = (agents: readonly string[], scope: Scope, host: ExpansionHost): Expansion => {
      checkMembers(agents.length, join, host);
      const steps = agents.map((agent, index) =>
        memberStep(`${index}`, { agent, capabilities: [run] }, { input: () => input(scope as never, agent) }),
      );
      const answers = (outputs: Scope) => answersOf(agents, join, outputs);
      const joins = join !== undefined && steps.length > 0;
      if (joins) steps.push(joinStep(steps, join, answers));
      const output = joins ? (outputs: { readonly join: unknown }) => outputs.join : answers;
      return { steps, output, policy: policyOver(policy, host.policy), concurrency };
    };
    return {
      ...facts,
      expand: (scope, host) =>
        to === undefined
          ? whoeverServes(facts, scope, host, asking)
          : asking(agentsOf(host.step, to, scope), scope, host),
    };
  });
}

/**
 * Who serves the capability changes, so it is looked up in a step of its own: a run that is resumed goes on with those
 * that were asked.
 */
function whoeverServes(
  facts: Omit<Composite, 'expand'>,
  scope: Scope,
  host: ExpansionHost,
  asking: (agents: readonly string[], scope: Scope, host: ExpansionHost) => Expansion,
): Expansion {
  const [member] = facts.members;
  const agents = (): readonly string[] => {
    const found = host.agentsFor({ capabilities: [(member!.run as { name: string }).name] });
    if (found.length === 0) throw new JoinError(host.step, joinWords(facts.join), []);
    return found;
  };
  const asked: Composite = Object.freeze({
    ...facts,
    expand: (seen: Scope, inner: ExpansionHost) => asking(seen['agents'] as readonly string[], scope, inner),
  });
  return {
    steps: [memberStep('agents', agents), memberStep('answers', asked, { after: ['agents'] })],
    output: ({ answers }: { readonly answers: unknown }) => answers,
    policy: host.policy,
    concurrency: undefined,
  };
}

function agentsOf(step: string, to: (scope: never) => readonly string[], scope: Scope): readonly string[] {
  const agents: unknown = called(`the agents of step "${step}"`, () => to(scope as never));
  if (!Array.isArray(agents)) return refuseAnswer(step, 'to', 'a function that returns an array', agents);
  return [...new Set(Array.from(agents, (agent) => nameOf(step, agent)))];
}

function nameOf(step: string, agent: unknown): string {
  try {
    return checkName('agent', agent);
  } catch (error) {
    if (!(error instanceof InvalidNameError)) throw error;
    return refuseAnswer(step, 'to', 'a function that returns names of agents', agent);
  }
}

function answersOf(agents: readonly string[], join: Join | undefined, outputs: Scope): readonly object[] {
  return agents.flatMap((agent, index) => {
    const output = outputs[index];
    if (join?.kind === 'settled') return [{ agent, ...(output as object) }];
    return `${index}` in outputs ? [{ agent, output }] : [];
  });
}
