import type { ContextServices } from '../kernel/context.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Scope } from '../kernel/scope.ts';
import { type Callee, type Requirement, targetLabel } from '../kernel/work.ts';
import type { PolicySettings } from '../resilience/index.ts';
import { NoExecutorError } from './errors.ts';

/** The attempt at a step that somebody is to carry out. */
interface StepWork {
  /** What the work is part of: when it stops, the work stops. */
  readonly scope: Scope;
  readonly runId: string;
  readonly step: string;
  /** The number of the attempt; 1 for the first. */
  readonly attempt: number;
  /** The same over all attempts at the step. */
  readonly idempotencyKey: string;
  /** The longest time of the attempt in milliseconds, counted from its start at whoever does it, if step or workflow says. */
  readonly timeoutMs: number | undefined;
}

/** Whom a step may be for, beside code and workflows, which the engine runs itself. */
type ExecutorTarget = Callee<never, unknown> | string | Requirement;

/** An attempt that is being carried out. */
export interface StepJob {
  readonly result: Promise<unknown>;
  /** The policy of whoever carries it out, which applies where neither step nor workflow says. */
  readonly policy: PolicySettings | undefined;
  /** True when, once it is stopped, it takes back what it has done, and until it has. */
  takesBack?(): boolean;
}

/** Carries out what the engine cannot: steps for agents, and what handlers ask for. The engine never hears of agents. */
export interface StepExecutor extends ContextServices {
  /** Starts an attempt. What it throws fails the attempt. */
  execute(target: ExecutorTarget, input: unknown, work: StepWork): StepJob;
  /** The names of the agents that fulfil a requirement now. */
  candidates(requirement: Requirement): readonly string[];
}

const refuse = (target: ExecutorTarget): never => {
  throw new NoExecutorError(targetLabel(target));
};

/** For an engine that stands alone: steps that are code and workflows run, everything else is refused. */
export const noExecutor: StepExecutor = Object.freeze({
  execute: (target: ExecutorTarget) => refuse(target),
  candidates: refuse,
  ask: async (target: ExecutorTarget) => refuse(target),
  publish: (topic: string) => {
    throw new NoExecutorError(`topic ${topic}`);
  },
  logger: silentLogger,
});
