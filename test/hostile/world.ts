import assert from 'node:assert/strict';
import { Coordinator, type CoordinatorOptions, type CoordinatorStats } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';

/** What must be as it was after a call that was refused. */
interface Facts {
  readonly stats: CoordinatorStats;
  readonly agents: readonly unknown[];
  readonly runs: readonly unknown[];
  readonly timers: number;
}

/** The coordinator of one case, the clock that stands still for it, and bystanders that must notice nothing. */
export class World {
  readonly clock: FakeClock = new FakeClock();
  readonly house: Coordinator;
  /** True when the case closed the coordinator itself. */
  closed = false;
  readonly #sent: number[] = [];
  readonly #received: number[] = [];
  readonly #answered: number[] = [];

  constructor(options: CoordinatorOptions = {}) {
    this.house = new Coordinator({ clock: this.clock, ...options });
    const { messages } = this.house;
    messages.subscribe<number>('bystander.news', (number) => this.#received.push(number));
    messages.respond<number>('bystander.desk', (number) => number);
  }

  /** Sends a message and a request that have nothing to do with the case. */
  sendBystanders(): void {
    const number = this.#sent.length;
    this.#sent.push(number);
    this.house.messages.publish('bystander.news', number);
    this.house.messages.request('bystander.desk', number).then(
      (answer) => this.#answered.push(answer as number),
      () => {},
    );
  }

  /** No message of the bystanders was lost, doubled or moved. */
  checkBystanders(): void {
    assert.deepEqual(this.#received, this.#sent, 'messages of bystanders');
    assert.deepEqual(this.#answered, this.#sent, 'answers to bystanders');
  }

  /** Everything that can be seen from outside, but for the bystanders' traffic. */
  facts(): Facts {
    const { house, clock } = this;
    const stats = house.stats();
    const { messages } = stats;
    const counters = {
      published: messages.published - this.#sent.length,
      requested: messages.requested - this.#sent.length,
      replied: messages.replied - this.#answered.length,
    };
    return {
      stats: { ...stats, messages: { ...messages, ...counters } },
      agents: house.agents.list(),
      runs: house.workflows.list(),
      timers: clock.pendingTimers,
    };
  }

  /** Nothing is under way, and nothing is left of what was. */
  checkAtRest(): void {
    const { deadlines, handlers, messages, tasks, workflows } = this.house.stats();
    const left = {
      deadlines,
      handlers,
      pending: messages.pending,
      requests: messages.waiting + messages.active,
      tasks: tasks.waiting + tasks.active,
      runs: workflows.active,
      timers: this.clock.pendingTimers,
    };
    const nothing = { deadlines: 0, handlers: 0, pending: 0, requests: 0, tasks: 0, runs: 0, timers: 0 };
    assert.deepEqual(left, nothing, 'what is left');
  }
}
