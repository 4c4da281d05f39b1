import type { Duration } from './durations.ts';
import type { Logger } from './logger.ts';
import type { Priority } from './priority.ts';

/**
 * Anything that a step can run, beside plain code: a capability, an agent, a workflow.
 *
 * @typeParam I What it takes. @typeParam O What it gives back.
 */
export interface Runnable<I = unknown, O = unknown> {
  /** Tells capabilities, agents and workflows apart. */
  readonly kind: 'capability' | 'agent' | 'workflow';
  /** The name it was defined with; events and errors carry it. */
  readonly name: string;
  /** Carries the types only; never set. */
  readonly types?: {
    /** What callers pass. */
    readonly input: (input: I) => void;
    /** What callers get. */
    readonly output: O;
  };
}

/**
 * Whom one can ask: a capability or an agent.
 *
 * @typeParam I What callers pass. @typeParam O What callers get.
 */
export interface Callee<I = unknown, O = unknown> extends Runnable<I, O> {
  /** Tells capabilities and agents apart. */
  readonly kind: 'capability' | 'agent';
}

/** A capability, whatever its types. */
export interface SomeCapability extends Callee<never, unknown> {
  /** Only capabilities can be required. */
  readonly kind: 'capability';
}

/** What an agent must offer to be a candidate: every capability and every specialization named, or one agent by name. */
export interface Requirement {
  /** Capabilities, as definitions or names; the agent must serve all of them. */
  readonly capabilities?: readonly (SomeCapability | string)[] | undefined;
  /** The agent must have all of them. */
  readonly specializations?: readonly string[] | undefined;
  /** The one agent, by name. */
  readonly agent?: string | undefined;
  /** Left out: whatever has a `kind`, such as an agent, is no requirement. */
  readonly kind?: undefined;
}

/** Options of `ask`: one piece of work and its answer. */
export interface AskOptions {
  /**
   * The longest time until the result, counted from acceptance: waiting, every attempt and every pause included.
   * Inside a handler it is never more than the time that the handler itself has left. @default '10m'
   */
  readonly timeout?: Duration | undefined;
  /** Cancels the task when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Who goes first where tasks wait for an agent. @default 'medium' */
  readonly priority?: Priority | undefined;
  /** Names the effect over attempts and resumes. 1 to 256 bytes. @default the task's id */
  readonly idempotencyKey?: string | undefined;
}

/** Gives work to a capability, an agent or whoever fulfils a requirement, and waits for the output. */
export interface Ask {
  <I, O>(target: Callee<I, O>, input: I, options?: AskOptions): Promise<O>;
  (target: string | Requirement, input: unknown, options?: AskOptions): Promise<unknown>;
}

/**
 * What every handler is given beside its input: agents' handlers and steps that are plain functions alike.
 *
 * The functions in it can be taken out: `const { ask, progress } = context`.
 */
export interface HandlerContext {
  /** Aborts when the work is cancelled, when its time is up, and when what it is part of ends. */
  readonly signal: AbortSignal;
  /** Until when somebody waits for the result, in epoch milliseconds; undefined for ever. */
  readonly deadline: number | undefined;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** The same for every attempt at this work, and different for all other work. */
  readonly idempotencyKey: string;
  /** The task this is an attempt at; undefined for a step that is a plain function. */
  readonly taskId: string | undefined;
  /** The run it is part of, if it is part of one. */
  readonly runId: string | undefined;
  /** The agent's name; undefined for a step that is a plain function. */
  readonly agent: string | undefined;
  /**
   * The capability that was asked for, or the only one of an agent that was asked by name; undefined where there is
   * not one.
   */
  readonly capability: string | undefined;
  /** Gives work to somebody else as part of this work: cancelled with it, and in the time that is left. */
  readonly ask: Ask;
  /** Publishes a message, with this agent, or else this step, as the sender. */
  readonly publish: (topic: string, body: unknown) => void;
  /** Tells how far the work is, as an event. */
  readonly progress: (value: unknown) => void;
  /** The coordinator's logger. */
  readonly log: Logger;
}

/** What a target is called, for messages: `research`, `agent ada`, `research + in oceans`. */
export function targetLabel(target: Runnable<never, unknown> | Requirement | string): string {
  if (typeof target === 'string') return `agent ${target}`;
  if (target.kind !== undefined) return target.kind === 'agent' ? `agent ${target.name}` : target.name;
  const { agent, capabilities = [], specializations = [] } = target;
  return [
    ...(agent === undefined ? [] : [`agent ${agent}`]),
    ...capabilities.map((item) => (typeof item === 'string' ? item : item.name)),
    ...specializations.map((name) => `in ${name}`),
  ].join(' + ');
}
