import { durablePlants } from './support/durable-plants.ts';
import type { Plant } from './support/plant.ts';

export type { Plant };

/** Bugs as they are made: one at a time each of them must turn its family red. */
export const plants: readonly Plant[] = [
  {
    family: 'm1-accounting',
    file: 'messaging/request.ts',
    find: 'else counters.failed++;',
    replace: '',
    why: 'a request that is answered with an error is in no counter',
  },
  {
    family: 'm1-accounting',
    file: 'tasks/distributor.ts',
    find: `if (this.#dispatcher.isFullFor(candidates)) throw`,
    replace: `this.#dispatcher.counters.submitted += this.#dispatcher.isFullFor(candidates) ? 1 : 0;
    if (this.#dispatcher.isFullFor(candidates)) throw`,
    why: 'a refused task is counted as submitted',
  },
  {
    family: 'm2-single-reply',
    file: 'kernel/scope.ts',
    find: 'this.late();\n    return false;',
    replace: 'this.late();\n    return true;',
    why: 'a second answer counts once more',
  },
  {
    family: 'm2-single-reply',
    file: 'messaging/request.ts',
    find: 'this.#keeper.counters.lateReplies++;',
    replace: 'if (!(this.stopReason instanceof TimeoutError)) this.#keeper.counters.lateReplies++;',
    why: 'an answer after the timeout is not counted',
  },
  {
    family: 'm3-correlation',
    file: 'messaging/mailbox.ts',
    find: 'this.owner = mailbox;\n    this.#reply = reply;',
    replace: `this.owner = mailbox;
    const slot = mailbox as unknown as { reply?: Reply };
    if (slot.reply === undefined || slot.reply.ended) slot.reply = reply;
    this.#reply = slot.reply;`,
    why: 'answers are matched by topic alone',
  },
  {
    family: 'm4-order',
    file: 'kernel/queue.ts',
    find: 'const item = this.peek();',
    replace: 'const item = this.peek()?.queueLane?.last as T | undefined;',
    why: 'the mailbox starts the latest first',
  },
  {
    family: 'm4-order',
    file: 'kernel/turn-queue.ts',
    find: 'const item = items[index] as T;\n      items[index] = undefined;',
    replace: 'const item = items[size - 1 - index] as T;\n      items[size - 1 - index] = undefined;',
    why: 'what is sent in one turn goes out in the opposite order',
  },
  {
    family: 'm5-isolation',
    file: 'messaging/memory-transport.ts',
    find: `publish(message: Message): void {
    const subscribers = this.#subscribers.match(message.topic);
    for (let index = 0; index < subscribers.length; index++) {
      const subscriber = subscribers[index] as Subscriber;
      try {
        const result = subscriber.receive(message.body, message);
        if (result !== undefined && isThenable(result)) {
          Promise`,
    replace: `async publish(message: Message): Promise<void> {
    const subscribers = this.#subscribers.match(message.topic);
    for (let index = 0; index < subscribers.length; index++) {
      const subscriber = subscribers[index] as Subscriber;
      try {
        const result = subscriber.receive(message.body, message);
        if (result !== undefined && isThenable(result)) {
          await Promise`,
    why: 'one subscriber is waited for before the next gets the message',
  },
  {
    family: 'm5-isolation',
    file: 'messaging/memory-transport.ts',
    find: '} catch (error) {\n        subscriber.failed(error, message);',
    replace: '} catch (error) {\n        subscriber.failed(error, message);\n        return;',
    why: 'a subscriber that throws keeps the message from those behind it',
  },
  {
    family: 'm7-limits',
    file: 'tasks/dispatcher.ts',
    find: 'return this.#waiting >= this.#settings.queue &&',
    replace: 'return this.#waiting > this.#settings.queue &&',
    why: 'the task queue takes one too many',
  },
  {
    family: 'm7-limits',
    file: 'messaging/mailbox.ts',
    find: 'else if (this.#waiting.size >= this.#limits.waiting)',
    replace: 'else if (this.#waiting.size > this.#limits.waiting)',
    why: 'the mailbox takes one too many',
  },
  {
    family: 'm7-limits',
    file: 'messaging/broker.ts',
    find: 'if (this.#sender.counters.pending >= pending) throw',
    replace: 'if (this.#sender.counters.pending > pending) throw',
    why: 'one request too many may be open',
  },
  {
    family: 'm8-deadlines',
    file: 'kernel/scope.ts',
    find: 'if (now < this.dueAt) {',
    replace: 'if (now < this.dueAt || true) {',
    why: 'the order of callbacks decides what is late, not the clock',
  },
  {
    family: 'm8-deadlines',
    file: 'kernel/scope.ts',
    find: 'if (now < this.dueAt) {',
    replace: 'if (now <= this.dueAt) {',
    why: 'what comes at the very moment of the deadline is in time',
  },
  {
    family: 'm8-deadlines',
    file: 'tasks/dispatcher.ts',
    find: 'task.attemptsMade++;',
    replace: 'task.attemptsMade++;\n    task.dueAt += now - task.acceptedAt;',
    why: 'the time of a task counts from its start, not from acceptance',
  },
  {
    family: 'w2-dependencies',
    file: 'workflow/state.ts',
    find: 'if (blocks) this.#block(dependant, step);',
    replace: '',
    why: 'a step starts when those before it have settled, failed or not',
  },
  {
    family: 'w2-dependencies',
    file: 'workflow/plan.ts',
    find: 'waits[number] = after.length;',
    replace: 'waits[number] = Math.min(after.length, 1);',
    why: 'a step starts when the first of those before it has ended',
  },
  {
    family: 'w5-one-end',
    file: 'workflow/run.ts',
    find: 'this.record.runCompleted();',
    replace: 'this.record.runCompleted();\n    this.record.runCompleted();',
    why: 'the end of a run is told twice',
  },
  {
    family: 'w5-one-end',
    file: 'workflow/run.ts',
    find: "this.record.runStopped(cancelled ? 'cancelled' : 'failed', error);",
    replace: "this.record.runStopped('failed', error);",
    why: 'a cancelled run is recorded as failed',
  },
  {
    family: 'w7-retries',
    file: 'resilience/retry.ts',
    find: 'retries: policy.attempts - 1',
    replace: 'retries: policy.attempts',
    why: 'one attempt too many is made',
  },
  {
    family: 'w7-retries',
    file: 'resilience/policy.ts',
    find: 'backoff.factor ** (failures - 1)',
    replace: 'backoff.factor ** failures',
    why: 'the first wait is a factor too long',
  },
  {
    family: 'w7-retries',
    file: 'resilience/retry.ts',
    find: 'if (delayMs >= scope.timeLeft()) return false;',
    replace: '',
    why: 'a wait begins that outlasts the deadline',
  },
  {
    family: 'c1-cancel',
    file: 'kernel/scope.ts',
    find: 'stopping.controller?.abort(reason);\n      scope.stopped',
    replace: 'void Promise.resolve().then(() => stopping.controller?.abort(reason));\n      scope.stopped',
    why: 'signals abort a turn after the cancellation',
  },
  {
    family: 'c1-cancel',
    file: 'kernel/scope.ts',
    find: `for (let child = scope.#firstChild; child !== undefined; child = child.#nextSibling)
        pending.push(child);
      const stopping`,
    replace: 'const stopping',
    why: 'what is part of cancelled work goes on',
  },
  {
    family: 'c1-cancel',
    file: 'kernel/invocation.ts',
    find: 'invocation.grace.dueAt = now + graceMs;',
    replace: 'invocation.grace.dueAt = now + 2 * graceMs;',
    why: 'a handler that goes on keeps its slot for twice the grace period',
  },
  {
    family: 'c2-same-turn',
    file: 'workflow/run.ts',
    find: 'else this.fulfil(output);',
    replace:
      'else {\n        this.record.runCompleted();\n        void Promise.resolve().then(() => this.fulfil(output));\n      }',
    why: 'the end is recorded a turn before the run has it',
  },
  {
    family: 'c2-same-turn',
    file: 'tasks/task.ts',
    find: "this.status = cancelled ? 'cancelled' : 'failed';",
    replace: "this.status = 'failed';",
    why: 'the event says cancelled, the record failed',
  },
  {
    family: 'b2-bulkhead',
    file: 'kernel/invocation.ts',
    find: 'if (invocation.running) free(invocation, false);',
    replace: 'free(invocation, false);',
    why: 'a slot is freed twice, when it is taken back and when the handler settles after all',
  },
  {
    family: 'b2-bulkhead',
    file: 'tasks/dispatcher.ts',
    find: '} else if (!candidates.hasFree) {',
    replace: '} else if (!candidates.hasFree || this.#waiting > 0) {',
    why: 'a task waits because others wait, for other agents',
  },
  {
    family: 'everything',
    file: 'tasks/dispatcher.ts',
    find: 'this.#active--;\n      entry.release();',
    replace: 'if (entry.draining) return;\n      this.#active--;\n      entry.release();',
    why: 'the slots of an agent that leaves are never given back',
  },
  {
    family: 'c1-cancel',
    file: 'messaging/mailbox.ts',
    find: 'waiterGone(): void {\n    this.#queue.remove(this);',
    replace: 'waiterGone(): void {',
    why: 'a request that was given up while it waited keeps its place',
  },
  {
    family: 'everything',
    file: 'tasks/worker.ts',
    find: 'if (reply.ended || reply.delivered) return;',
    replace: 'if (reply.ended) return;',
    why: 'an attempt that the network brings twice is begun twice',
  },
  ...durablePlants,
];
