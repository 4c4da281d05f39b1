import { type Logger, silentLogger } from '../kernel/logger.ts';
import type { Scope } from '../kernel/scope.ts';
import type { AskOptions, Callee, Requirement } from '../kernel/work.ts';
import type { PolicySettings } from '../resilience/index.ts';
import { NoExecutorError } from './errors.ts';

/** The attempt at a step that somebody is to carry out. */
export interface StepWork {
  /** What the work is part of: when it stops, the work stops. */
  readonly scope: Scope;
  readonly runId: string;
  readonly step: string;
  /** The same over all attempts at the step. */
  readonly idempotencyKey: string;
  /** True when the step or its workflow says how long an attempt may take; no other limit applies then. */
  readonly hasTimeout: boolean;
}

/** Whom a step may be for, beside code and workflows, which the engine runs itself. */
export type ExecutorTarget = Callee<never, unknown> | string | Requirement;

/** Carries out what the engine cannot: steps for agents, and what handlers ask for. The engine never hears of agents. */
export interface StepExecutor {
  execute(target: ExecutorTarget, input: unknown, work: StepWork): Promise<unknown>;
  /** The policy of whoever failed with `error`, which applies where neither step nor workflow says. */
  policyBehind(error: unknown): PolicySettings | undefined;
  ask(
    target: ExecutorTarget,
    input: unknown,
    options: AskOptions | undefined,
    parent: Scope,
  ): Promise<unknown>;
  publish(topic: string, body: unknown, sender: string): void;
  readonly logger: Logger;
}

const refuseTo = (target: unknown): never => {
  const name =
    typeof target === 'object' && target !== null && 'name' in target ? String(target.name) : String(target);
  throw new NoExecutorError(name);
};

/** For an engine that stands alone: steps that are code and workflows run, everything else is refused. */
export const noExecutor: StepExecutor = Object.freeze({
  execute: async (target: ExecutorTarget) => refuseTo(target),
  policyBehind: () => undefined,
  ask: async (target: ExecutorTarget) => refuseTo(target),
  publish: (topic: string) => refuseTo(topic),
  logger: silentLogger,
});
