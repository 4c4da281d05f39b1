import type { Plant } from './plant.ts';

/** Bugs in what makes runs outlive their processes, and in what waits and is undone. */
export const durablePlants: readonly Plant[] = [
  {
    family: 'w1-durable',
    file: 'workflow/run-journal.ts',
    find: 'throw this.sequence === 0 ? new RunExistsError(id) : new SupersededError(id, error);',
    replace: `if (this.sequence === 0) throw new RunExistsError(id);
      this.sequence = (await this.#journal.read(this.stream, { limit: 1 })).last;
      return this.#append(entries);`,
    why: 'an owner that was superseded goes on writing',
  },
  {
    family: 'w1-durable',
    file: 'workflow/step-runner.ts',
    find: 'record.whenStored(() => this.#begin(step, number, input, retry, child));',
    replace: 'this.#begin(step, number, input, retry, child);',
    why: 'a step begins before what it is built on is stored',
  },
  {
    family: 'w1-durable',
    file: 'workflow/state.ts',
    find: 'filter((step) => this.#standings[step] === 0)',
    replace: 'filter((step) => this.#standings[step] === 0 || this.#standings[step] === COMPLETED)',
    why: 'a new owner begins again what is on record as completed',
  },
  {
    family: 'w1-durable',
    file: 'workflow/run.ts',
    find: `this.record.whenStored(() => {
      this.resolve(output);
      this.#close();
    });`,
    replace: `this.resolve(output);
    this.record.whenStored(() => this.#close());`,
    why: 'the result is there before its end is stored',
  },
  {
    family: 'w1-durable',
    file: 'workflow/run-journal.ts',
    find: 'if (entries.length > 0) this.sequence = await this.#append(entries);',
    replace:
      'if (entries.length > 0) this.sequence = await this.#append(entries).catch(() => this.sequence);',
    why: 'an append that failed is taken for stored',
  },
  {
    family: 'w1-durable',
    file: 'workflow/resumption.ts',
    find: 'course.attempt = details?.attempt ?? 1;',
    replace: 'course.attempt = 0;',
    why: 'a new owner counts attempts anew',
  },
  {
    family: 'w1-durable',
    file: 'workflow/run-journal.ts',
    find: 'this.#owner.lost(error as Error);',
    replace: '',
    why: 'an owner that cannot store goes on as if nothing were',
  },
  {
    family: 'w4-kill',
    file: 'workflow/state.ts',
    find: 'filter((step) => this.#standings[step] === 0)',
    replace: 'filter((step) => this.#standings[step] === 0 || this.#standings[step] === COMPLETED)',
    why: 'a new owner begins again what is on record as completed',
  },
  {
    family: 'w4-kill',
    file: 'workflow/run.ts',
    find: `this.record.whenStored(() => {
      this.resolve(output);
      this.#close();
    });`,
    replace: `this.resolve(output);
    this.record.whenStored(() => this.#close());`,
    why: 'the result is there before its end is stored',
  },
  {
    family: 'w4-kill',
    file: 'workflow/step-runner.ts',
    find: 'record.whenStored(() => this.#begin(step, number, input, retry, child));',
    replace: 'this.#begin(step, number, input, retry, child);',
    why: 'a step begins before that is stored',
  },
  {
    family: 'w4-kill',
    file: 'workflow/resumption.ts',
    find: `course.dueAt = at + details!.delayMs!;
`,
    replace: '',
    why: 'a wait for a retry that is cut off counts as a failed attempt',
  },
  {
    family: 'w4-kill',
    file: 'workflow/step-turns.ts',
    find: 'if (child !== undefined) this.#runner.reattach(',
    replace: 'if (child !== undefined && input === null) this.#runner.reattach(',
    why: 'a nested run is begun anew instead of gone on with',
  },
  {
    family: 'w4-kill',
    file: 'workflow/send-signal.ts',
    find: 'await run.inbox.stored();',
    replace: '',
    why: 'a signal is acknowledged before it is stored',
  },
  {
    family: 'w4-kill',
    file: 'workflow/open-gate.ts',
    find: 'run.record.whenStored(resolve);',
    replace: 'resolve();',
    why: 'a decision is acknowledged before it is stored',
  },
  {
    family: 's1-worlds',
    file: 'workflow/undo-order.ts',
    find: 'return [...open.reverse(), ...completed.reverse()];',
    replace: 'return [...open.reverse(), ...completed];',
    why: 'what is completed is undone in the order of its completion',
  },
  {
    family: 's1-worlds',
    file: 'workflow/undo-order.ts',
    find: 'return [...open.reverse(), ...completed.reverse()];',
    replace: 'return completed.reverse();',
    why: 'a step that began and has no end on record is not undone',
  },
  {
    family: 's1-worlds',
    file: 'workflow/undo-order.ts',
    find: 'return [...open.reverse(), ...completed.reverse()];',
    replace: 'return [...completed.reverse(), ...open.reverse()];',
    why: 'steps without an end on record are undone last',
  },
  {
    family: 's1-worlds',
    file: 'workflow/undoing.ts',
    find: 'else if (this.#blocked.has(step)) this.#remaining.push(this.#idOf(step));',
    replace: '',
    why: 'what a step was built on is undone though the step was not',
  },
  {
    family: 's1-worlds',
    file: 'workflow/undo-order.ts',
    find: 'course.done = true;',
    replace: '',
    why: 'after a crash what is on record as undone is undone again',
  },
  {
    family: 's1-worlds',
    file: 'workflow/run.ts',
    find: 'const outcome = complete ? error : new UndoFailedError(this.id, this.workflow, report, error);',
    replace:
      'const outcome = complete || report !== undefined ? error : new UndoFailedError(this.id, this.workflow, report, error);',
    why: 'a run that could not be undone ends as if it had been',
  },
  {
    family: 's1-undo',
    file: 'workflow/undo-order.ts',
    find: 'return [...open.reverse(), ...completed.reverse()];',
    replace: 'return [...open.reverse(), ...completed];',
    why: 'what is completed is undone in the order of its completion',
  },
  {
    family: 's1-undo',
    file: 'workflow/undo-order.ts',
    find: 'return [...open.reverse(), ...completed.reverse()];',
    replace: 'return completed.reverse();',
    why: 'a step that began and has no end on record is not undone',
  },
  {
    family: 's1-undo',
    file: 'workflow/undo-order.ts',
    find: 'return [...open.reverse(), ...completed.reverse()];',
    replace: 'return [...completed.reverse(), ...open.reverse()];',
    why: 'steps without an end on record are undone last',
  },
  {
    family: 's1-undo',
    file: 'workflow/undoing.ts',
    find: 'else if (this.#blocked.has(step)) this.#remaining.push(this.#idOf(step));',
    replace: '',
    why: 'what a step was built on is undone though the step was not',
  },
  {
    family: 's1-undo',
    file: 'workflow/undo-order.ts',
    find: 'course.done = true;',
    replace: '',
    why: 'after a crash what is on record as undone is undone again',
  },
  {
    family: 's1-undo',
    file: 'workflow/run.ts',
    find: 'const outcome = complete ? error : new UndoFailedError(this.id, this.workflow, report, error);',
    replace:
      'const outcome = complete || report !== undefined ? error : new UndoFailedError(this.id, this.workflow, report, error);',
    why: 'a run that could not be undone ends as if it had been',
  },
  {
    family: 's1-worlds',
    file: 'workflow/undoing.ts',
    find: `record.whenStored(() => {
      if (this.ended) return;`,
    replace: `queueMicrotask(() => {
      if (this.ended) return;`,
    why: 'an undo begins before that is stored',
  },
  {
    family: 's1-undo',
    file: 'workflow/undoing.ts',
    find: 'if (before.length === 0) go();',
    replace: 'if (before.length < 1_000) go();',
    why: 'a run is undone while a nested one is',
  },
  {
    family: 'g1-gate',
    file: 'workflow/open-gate.ts',
    find: `this.#demandPermission(vote);
    const state =`,
    replace: 'const state =',
    why: 'whether a decision counts is looked at once, before its schema',
  },
  {
    family: 'g1-gate',
    file: 'workflow/open-gate.ts',
    find: 'run.record.whenStored(resolve);',
    replace: 'resolve();',
    why: 'a decision is acknowledged before it is stored',
  },
  {
    family: 'g1-gate',
    file: 'workflow/open-gate.ts',
    find: `if (type !== 'gate.voted') continue;`,
    replace: 'if (type !== undefined) continue;',
    why: 'a new owner forgets who has voted',
  },
  {
    family: 'g1-gate',
    file: 'workflow/open-gate.ts',
    find: `if (type === 'gate.escalated') this.#state = this.#after({ type: 'escalated' });`,
    replace: '',
    why: 'a new owner forgets that a gate was escalated',
  },
  {
    family: 'g1-gate',
    file: 'workflow/step-waits.ts',
    find: 'if (gate?.cancelsSiblings !== true) return;',
    replace: 'if (gate !== undefined) return;',
    why: 'a rejection leaves the other gates open',
  },
  {
    family: 'g1-gate',
    file: 'workflow/run-journal.ts',
    find: 'throw this.sequence === 0 ? new RunExistsError(id) : new SupersededError(id, error);',
    replace: `if (this.sequence === 0) throw new RunExistsError(id);
      this.sequence = (await this.#journal.read(this.stream, { limit: 1 })).last;
      return this.#append(entries);`,
    why: 'an owner that was superseded goes on writing',
  },
  {
    family: 'w8-waits',
    file: 'workflow/send-signal.ts',
    find: 'await run.inbox.stored();',
    replace: '',
    why: 'a signal is acknowledged before it is stored',
  },
  {
    family: 'w8-waits',
    file: 'workflow/inbox.ts',
    find: 'const waiter = waiters?.shift();',
    replace: `const waiter = waiters?.at(-1);
    if (waiters !== undefined && waiters.length > 1) waiters.pop();`,
    why: 'a signal goes to the step that waits for the shortest time, or to one that has got one',
  },
  {
    family: 'w8-waits',
    file: 'workflow/inbox.ts',
    find: 'if (letter.name !== name || letter.takenBy !== waiter.by) continue;',
    replace: 'if (letter.name !== name || letter.takenBy !== waiter.by || number > 0) continue;',
    why: 'a new owner does not give a step what it had taken',
  },
  {
    family: 'w8-waits',
    file: 'workflow/step-waits.ts',
    find: 'this.#waitForTime(step, details!.until!);',
    replace: 'this.#waitForTime(step, details!.until! - 1_000);',
    why: 'a timer rings too early under a new owner',
  },
  {
    family: 'w8-waits',
    file: 'workflow/step-waits.ts',
    find: 'this.#waitForTime(step, details!.until!);',
    replace: 'this.#waitForTime(step, this.run.host.runtime.wallNow() + 200_000);',
    why: 'a timer begins anew under a new owner',
  },
  {
    family: 'w8-waits',
    file: 'workflow/step-turns.ts',
    find: 'if (child !== undefined) this.#runner.reattach(',
    replace: 'if (child !== undefined && input === null) this.#runner.reattach(',
    why: 'a nested run is begun anew instead of gone on with',
  },
  {
    family: 'w8-waits',
    file: 'workflow/inbox.ts',
    find: 'this.#record.signalTaken(number, waiter.by);',
    replace: '',
    why: 'who took a signal is not on record',
  },
];
