import type { Lane } from './timeline.ts';
import { Timeline } from './timeline.ts';

/** The capability whose tasks are the files: each one done is a file read. */
export const READ = 'read-file';

/** What the board reads of an event; every event of a coordinator has this shape. */
export interface TeamEvent {
  readonly type: string;
  readonly at: number;
  readonly taskId?: string | undefined;
  readonly agent?: string | undefined;
  /** What a task asks for: a capability's name, or `agent ada`. */
  readonly target?: string | undefined;
  readonly step?: string | undefined;
  readonly error?: unknown;
  readonly value?: unknown;
}

/** A step as it is planned. */
export interface PlannedStep {
  readonly id: string;
  readonly after: readonly string[];
  /** The capability it needs, or a word for what it does. */
  readonly target: string;
}

/** How far a step is. */
export type StepStatus = 'waiting' | 'running' | 'completed' | 'failed' | 'skipped' | 'cancelled';

/** A step as it stands on the board. Times are epoch milliseconds. */
export interface StepRow extends PlannedStep {
  readonly status: StepStatus;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/** An agent as it stands on the board. */
export interface AgentRow {
  readonly name: string;
  /** Tasks in hand. */
  readonly running: number;
  /** Tasks finished. */
  readonly completed: number;
  /** Attempts that failed, whether or not the task was done later. */
  readonly failed: number;
}

/** An attempt that failed and was tried again. */
export interface Retry {
  /** The agent whose attempt failed, or the step. */
  readonly who: string;
  readonly message: string;
}

const KEPT_RETRIES = 50;

interface OpenTask {
  readonly target: string;
  readonly running?: { readonly agent: string; readonly at: number };
}

/**
 * The state of a run as people see it: built from the coordinator's events alone, shown in the terminal while
 * the team works and in the report afterwards. Holds the open tasks and sums, not the finished tasks.
 */
export class Board {
  /** When the board was put up, in epoch milliseconds. */
  readonly startedAt: number;
  readonly #timeline: Timeline;
  readonly #steps: Map<string, StepRow>;
  readonly #agents = new Map<string, AgentRow>();
  readonly #open = new Map<string, OpenTask>();
  readonly #retries: Retry[] = [];
  #waiting = 0;
  #retried = 0;
  #failed = 0;
  #found = 0;
  readonly #completed = new Map<string, number>();

  /** @param startedAt epoch milliseconds. */
  constructor(steps: readonly PlannedStep[], agents: readonly string[], startedAt: number) {
    this.startedAt = startedAt;
    this.#timeline = new Timeline(startedAt);
    this.#steps = new Map(steps.map((step) => [step.id, { ...step, status: 'waiting' }]));
    for (const agent of agents) this.#count(agent, {});
  }

  /** All steps, in the order of the plan. */
  get steps(): readonly StepRow[] {
    return [...this.#steps.values()];
  }

  /** All agents, in the order of the team. */
  get agents(): readonly AgentRow[] {
    return [...this.#agents.values()];
  }

  /** Tasks that wait for an agent, or for their next attempt. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Tasks in the hands of an agent. */
  get running(): number {
    return this.#open.size - this.#waiting;
  }

  /** Attempts that failed and were tried again. */
  get retried(): number {
    return this.#retried;
  }

  /** Tasks and steps that failed for good. */
  get failed(): number {
    return this.#failed;
  }

  /** Files the surveyor has met so far. */
  get found(): number {
    return this.#found;
  }

  /** The first retries, up to fifty. */
  get retries(): readonly Retry[] {
    return this.#retries;
  }

  /** Who worked when. */
  get lanes(): readonly Lane[] {
    return this.#timeline.lanes();
  }

  /** How many tasks are done that asked for a capability. */
  completed(capability: string): number {
    return this.#completed.get(capability) ?? 0;
  }

  /** Takes in one event, in the order in which the coordinator told them. */
  apply(event: TeamEvent): void {
    const [noun, verb = ''] = event.type.split('.');
    if (noun === 'step') this.#applyStep(verb, event);
    else if (noun === 'task') this.#applyTask(verb, event);
  }

  #applyStep(verb: string, { step: id = '', at, error }: TeamEvent): void {
    const step = this.#steps.get(id);
    if (!step) return;
    if (verb === 'retried') this.#retry(id, error);
    else if (verb === 'started')
      this.#steps.set(id, { ...step, status: 'running', startedAt: step.startedAt ?? at });
    else if (verb === 'completed' || verb === 'failed' || verb === 'skipped' || verb === 'cancelled') {
      this.#steps.set(id, { ...step, status: verb, endedAt: at });
      if (verb === 'failed') this.#failed += 1;
    }
  }

  #applyTask(verb: string, event: TeamEvent): void {
    const { taskId = '', at, agent = '', target = '' } = event;
    switch (verb) {
      case 'submitted':
        this.#open.set(taskId, { target });
        this.#waiting += 1;
        break;
      case 'started':
        this.#start(taskId, agent, at);
        break;
      case 'retried':
        this.#stop(taskId, at, { failed: 1 });
        this.#waiting += 1;
        this.#retry(agent, event.error);
        break;
      case 'completed':
        this.#settle(taskId, at, { completed: 1 });
        break;
      case 'failed':
        // A step's task is one attempt at the step: whether that was the last one, the step knows.
        if (event.step === undefined) this.#failed += 1;
        this.#settle(taskId, at, { failed: 1 });
        break;
      case 'cancelled':
        this.#settle(taskId, at, {});
        break;
      case 'progressed':
        if (isFound(event.value)) this.#found = event.value.found;
        break;
    }
  }

  #retry(who: string, error: unknown): void {
    this.#retried += 1;
    if (this.#retries.length < KEPT_RETRIES) this.#retries.push({ who, message: messageOf(error) });
  }

  #start(taskId: string, agent: string, at: number): void {
    const task = this.#open.get(taskId);
    if (!task || task.running) return;
    this.#open.set(taskId, { ...task, running: { agent, at } });
    this.#waiting -= 1;
    this.#count(agent, { running: 1 });
  }

  #stop(taskId: string, at: number, change: Partial<Omit<AgentRow, 'name'>>): void {
    const task = this.#open.get(taskId);
    if (!task?.running) return;
    const { agent, at: startedAt } = task.running;
    this.#open.set(taskId, { target: task.target });
    this.#timeline.work(agent, startedAt, at);
    if (change.failed) this.#timeline.fail(agent, at);
    this.#count(agent, { running: -1, ...change });
  }

  #settle(taskId: string, at: number, change: Partial<Omit<AgentRow, 'name'>>): void {
    const task = this.#open.get(taskId);
    if (!task) return;
    if (task.running) this.#stop(taskId, at, change);
    else this.#waiting -= 1;
    this.#open.delete(taskId);
    if (change.completed) this.#completed.set(task.target, this.completed(task.target) + 1);
  }

  #count(name: string, change: Partial<Omit<AgentRow, 'name'>>): void {
    const row = this.#agents.get(name) ?? { name, running: 0, completed: 0, failed: 0 };
    this.#agents.set(name, {
      name,
      running: row.running + (change.running ?? 0),
      completed: row.completed + (change.completed ?? 0),
      failed: row.failed + (change.failed ?? 0),
    });
  }
}

/** What an agent threw, without what the coordinator says around it. */
function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  return 'cause' in error && error.cause !== undefined ? messageOf(error.cause) : String(error.message);
}

function isFound(value: unknown): value is { readonly found: number } {
  return typeof value === 'object' && value !== null && 'found' in value && typeof value.found === 'number';
}
