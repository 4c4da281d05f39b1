import type { Duration } from '../kernel/durations.ts';
import { InvalidOptionsError } from '../kernel/errors.ts';
import { checkName } from '../kernel/names.ts';
import {
  callable,
  duration,
  fields,
  list,
  optional,
  parseOption,
  parseOptions,
  type Rule,
  type Rules,
  refuse,
  whole,
  withDefault,
} from '../kernel/options.ts';
import { type Schema, type SchemaOutput, schemaRule } from '../kernel/schema.ts';
import { refusePromise } from './refuse-promise.ts';

/** What a gate without a schema takes as a decision. */
export interface Approval {
  /** Whether what was asked is allowed. */
  readonly approved: boolean;
  /** What the person had to say. */
  readonly comment?: string | undefined;
}

/** Who may decide as well, when nobody has for a while. */
export interface Escalation {
  /** How long after the gate was opened. */
  readonly after: Duration;
  /** The roles that may decide from then on, beside those before. */
  readonly by: readonly string[];
}

/** {@link Escalation}, parsed. */
interface EscalationSettings {
  /** Milliseconds after the gate was opened. */
  readonly after: number;
  /** The roles that may decide from then on, beside those before. */
  readonly by: readonly string[];
}

/**
 * What happens when the decision is a rejection. `'fail'`: the step fails with `GateRejectedError`.
 * `'cancel-siblings'`: that, and the other open gates of the run are cancelled. `'continue'`: the step completes with it.
 */
export type OnReject = 'fail' | 'cancel-siblings' | 'continue';

/**
 * A decision that somebody outside is asked for, as what a step runs.
 *
 * @typeParam D The decision.
 */
export interface GateTarget<D = unknown> {
  /** Tells gates from all else. */
  readonly kind: 'gate';
  /** The same for all gates: one is known by its run and step. */
  readonly name: 'gate';
  /** The question, or what makes it from the scope of the step. */
  readonly ask: string | ((scope: never) => string);
  /** Validates a decision. */
  readonly schema: Schema | undefined;
  /** The roles that may decide; undefined for anybody. */
  readonly by: readonly string[] | undefined;
  /** How many decisions must agree. */
  readonly quorum: number;
  /** What of a decision must be equal for it to agree with another. */
  readonly agreeOn: (decision: never) => unknown;
  /** Tells whether a decision is a rejection. */
  readonly rejects: (decision: never) => boolean;
  /** How long it stays open, in milliseconds from its opening; Infinity for ever. */
  readonly deadline: number;
  /** What holds when the deadline has passed; undefined when there is nothing, and the step fails. */
  readonly default:
    | {
        /** The decision. */
        readonly value: unknown;
      }
    | undefined;
  /** In the order of time. */
  readonly escalate: readonly EscalationSettings[];
  /** What happens when the decision is a rejection. */
  readonly onReject: OnReject;
  /** Carries the types only; never set. */
  readonly types?: {
    /** It takes nothing. */
    readonly input: (input: undefined) => void;
    /** What is decided. */
    readonly output: D;
  };
}

/**
 * Options of {@link gate}.
 *
 * @typeParam Q What the question is made from. @typeParam D The decision. @typeParam S Its schema.
 */
export interface GateOptions<Q, S extends Schema | undefined, D> {
  /** The question, or what makes it from what the step sees. */
  readonly ask: string | ((scope: Q) => string);
  /** Validates a decision; any Standard Schema. @default a record with `approved`, true or false, and maybe a `comment` */
  readonly schema?: S;
  /** The roles that may decide. @default anybody */
  readonly by?: readonly string[] | undefined;
  /** How many decisions must agree, one a person. 1 or more. @default 1 */
  readonly quorum?: number | undefined;
  /**
   * What of a decision must be equal for two to agree, compared as JSON text. @default `approved` without a schema,
   * else all of it
   */
  readonly agreeOn?: ((decision: D) => unknown) | undefined;
  /** Tells whether a decision is a rejection. @default that its `approved` is false */
  readonly rejects?: ((decision: D) => boolean) | undefined;
  /** How long it stays open, from its opening; Infinity for ever. @default Infinity */
  readonly deadline?: Duration | undefined;
  /** What is taken as decided when the deadline has passed. @default nothing: the step fails with `TimeoutError` */
  readonly default?: NoInfer<D> | undefined;
  /** Who may decide as well when nobody has for a while. @default [] */
  readonly escalate?: readonly Escalation[] | undefined;
  /** What happens when the decision is a rejection. @default 'fail' */
  readonly onReject?: OnReject | undefined;
}

/** The decision of a gate with such a schema. */
export type DecisionOf<S> = S extends Schema ? SchemaOutput<S> : Approval;

const roles: Rule<readonly string[]> = (value) => {
  const names = list<string>((name) => checkName('role', name))(value);
  if (names.length === 0) refuse('a list of at least one role', value);
  return Object.freeze([...new Set(names)]);
};

const onReject: Rule<OnReject> = (value) => {
  if (value !== 'fail' && value !== 'cancel-siblings' && value !== 'continue')
    refuse("'fail', 'cancel-siblings' or 'continue'", value);
  return value as OnReject;
};

const isRejection = (decision: unknown): boolean =>
  (decision as Partial<Approval> | null | undefined)?.approved === false;
const itself = (decision: unknown): unknown => decision;
const approved = (decision: Approval): unknown => decision.approved;

/** {@link GateOptions}, read. */
export type GateSettings = Omit<GateTarget, 'kind' | 'name' | 'types' | 'default' | 'agreeOn'> & {
  readonly default: unknown;
  readonly agreeOn: GateTarget['agreeOn'] | undefined;
};

/** How {@link GateOptions} are read. */
export const gateRules: Rules<GateSettings> = {
  ask: (value) => {
    if (typeof value === 'function') return callable<(scope: never) => string>()(value);
    if (typeof value !== 'string' || value === '') refuse('a question, or a function that makes one', value);
    return value as string;
  },
  schema: optional(schemaRule),
  by: optional(roles),
  quorum: withDefault(whole({ min: 1 }), 1),
  agreeOn: optional(callable<GateTarget['agreeOn']>()),
  rejects: withDefault(callable<GateTarget['rejects']>(), isRejection),
  deadline: withDefault(duration({ min: 1, infinity: true }), Number.POSITIVE_INFINITY),
  default: (value) => value,
  escalate: withDefault(list(fields<EscalationSettings>({ after: duration(), by: roles })), []),
  onReject: withDefault(onReject, 'fail'),
};

/** A gate out of what was read. @throws InvalidOptionsError where the parts do not go together */
export function gateFrom(owner: string, settings: GateSettings): GateTarget {
  const { schema, deadline, escalate } = settings;
  const checkDefault = (value: unknown): void => {
    if (value !== undefined && deadline === Number.POSITIVE_INFINITY)
      refuse('left out where there is no deadline', value);
  };
  const checkEscalation = (value: GateTarget['escalate']): void => {
    for (const { after } of value) if (after >= deadline) refuse('before the deadline', after);
    if (value.length > 0 && settings.by === undefined) refuse('left out where anybody may decide', value);
  };
  parseOption(owner, 'default', () => checkDefault(settings.default), undefined);
  parseOption(owner, 'escalate', () => checkEscalation(escalate), undefined);
  return Object.freeze({
    ...settings,
    kind: 'gate',
    name: 'gate',
    agreeOn: settings.agreeOn ?? (schema === undefined ? approved : itself),
    default: settings.default === undefined ? undefined : Object.freeze({ value: settings.default }),
    escalate: Object.freeze([...escalate].sort((a, b) => a.after - b.after)),
  });
}

/**
 * The question of a gate, for what its step sees.
 *
 * @throws InvalidOptionsError when the code that makes it gives no text. It throws what that code throws.
 */
export function questionOf(
  step: string,
  { ask }: GateTarget,
  scope: Readonly<Record<string, unknown>>,
): string {
  if (typeof ask === 'string') return ask;
  const question: unknown = ask(scope as never);
  if (typeof question === 'string') return question;
  refusePromise(`step "${step}"`, 'ask', question);
  throw new InvalidOptionsError(`step "${step}"`, 'ask', 'a function that returns text', question);
}

/**
 * A decision that somebody outside is asked for, as what a step or a member of a race runs; in a chain of steps say
 * `.gate(id, …)`.
 *
 * @throws InvalidOptionsError, InvalidNameError
 */
export function gate<S extends Schema | undefined = undefined>(
  options: GateOptions<Readonly<Record<string, unknown>>, S, DecisionOf<S>>,
): GateTarget<DecisionOf<S>> {
  return gateFrom('gate', parseOptions<GateSettings>('gate', gateRules, options)) as GateTarget<
    DecisionOf<S>
  >;
}
