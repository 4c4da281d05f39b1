import { checkName } from '../../kernel/names.ts';
import { callable, fields, list, optional, type Rule, refuse } from '../../kernel/options.ts';
import type { Callee, Runnable } from '../../kernel/work.ts';
import type { StepFunction } from '../step.ts';

/** What a plan may name. */
export interface PlanTables {
  /** The capabilities, as definitions or names. @default any: looked up by name when the step has its turn */
  readonly capabilities?: readonly (Callee<never, unknown> | string)[] | undefined;
  /** The agents, as definitions or names. @default any: looked up by name when the step has its turn */
  readonly agents?: readonly (Callee<never, unknown> | string)[] | undefined;
  /** The workflows that a step may run. @default none */
  readonly workflows?: readonly Runnable<never, unknown>[] | undefined;
  /** The code that a step may run, by name. @default none */
  readonly functions?: Readonly<Record<string, StepFunction>> | undefined;
}

/** What goes by a name; undefined where any name will do. */
type Table<T> = ReadonlyMap<string, T>;

/** {@link PlanTables}, read. */
export interface PlanTableSettings {
  readonly capabilities: Table<Callee<never, unknown> | undefined> | undefined;
  readonly agents: Table<Callee<never, unknown> | undefined> | undefined;
  readonly workflows: Table<Runnable<never, unknown>> | undefined;
  readonly functions: Table<StepFunction> | undefined;
}

function tableOf(kind: Runnable['kind'], named: boolean): Rule<Table<never>> {
  const entry = (value: unknown): readonly [string, unknown] => {
    if (named && typeof value === 'string') return [checkName(kind, value), undefined];
    const { kind: given, name } = (value ?? {}) as Partial<Runnable>;
    if (given !== kind || typeof name !== 'string')
      refuse(`a ${kind}${named ? ' or the name of one' : ''}`, value);
    return [name as string, value];
  };
  return (value) => new Map(list(entry)(value)) as Table<unknown> as Table<never>;
}

const functionTable: Rule<Table<StepFunction>> = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuse('an object of functions', value);
  const names = Object.keys(value as object);
  const rules = Object.fromEntries(names.map((name) => [name, callable<StepFunction>()]));
  return new Map(Object.entries(fields<Record<string, StepFunction>>(rules)(value)));
};

/** How {@link PlanTables} are read. */
export const tableRules: { readonly [K in keyof PlanTableSettings]: Rule<PlanTableSettings[K]> } = {
  capabilities: optional<PlanTableSettings['capabilities']>(tableOf('capability', true)),
  agents: optional<PlanTableSettings['agents']>(tableOf('agent', true)),
  workflows: optional<PlanTableSettings['workflows']>(tableOf('workflow', false)),
  functions: optional(functionTable),
};
