import { type CadreEvent, defineAgent, defineWorkflow, type Workflow } from '../../src/index.ts';
import { chance, type End, ensure, follow, pick, prove, whole } from './support/prove.ts';

// C2. When work is cancelled in the very turn in which it is done, it has one outcome of the two, and everything says
// the same one: the record, the status, the promise, the event (which is told once) and the counters. Cancelled before,
// between and after, by hand, by the caller's signal, and from a listener that hears of the work's own events.

interface Entry {
  readonly kind: 'run' | 'task' | 'request';
  /** The id in its events. */
  readonly id: string | undefined;
  readonly status: () => string;
  readonly cancel: () => void;
  finish: (() => void) | undefined;
  end: End | undefined;
}

const ends: Readonly<Record<string, string>> = {
  'run.completed': 'completed',
  'run.failed': 'failed',
  'run.cancelled': 'cancelled',
  'task.completed': 'completed',
  'task.failed': 'failed',
  'task.cancelled': 'cancelled',
  'request.completed': 'completed',
  'request.failed': 'failed',
  'request.cancelled': 'cancelled',
};

prove(
  'has one outcome, and says the same one everywhere, when it is cancelled as it ends',
  {
    faults: { handlerError: 0.1 },
    latency: 0,
    atLeast: { completed: 500, cancelled: 500, failed: 50, 'from a listener': 300 },
  },
  async (sim, count) => {
    const entries: Entry[] = [];
    const body = sim.step(
      'work',
      (number: number, _context: unknown) =>
        new Promise<void>((resolve) => {
          entries[number]!.finish = resolve;
        }),
    );
    const agent = defineAgent('a', {
      concurrency: 10,
      handle: (number: number, context) => body(number, context),
    });
    const flow = defineWorkflow<number>('w')
      .step('one', { run: agent, input: ({ input }) => input })
      .step('two', { run: () => 2, after: ['one'] });
    const code = defineWorkflow<number>('c').step('only', {
      run: ({ input }, context) => body(input, context),
    });
    const flows = [flow, code] as unknown as readonly Workflow<number>[];
    const house = sim.coordinator({ grace: 5 });
    house.agents.register(agent);
    house.messages.respond('r', (number: number) => body(number, undefined));

    const told = new Map<string, string[]>();
    let onEvent: ((event: CadreEvent) => void) | undefined;
    house.events.onAny((event) => {
      const end = ends[event.type];
      if (end !== undefined) {
        const facts = event as { runId?: string; taskId?: string; messageId?: string };
        const id = event.type.startsWith('run') ? facts.runId : (facts.taskId ?? facts.messageId);
        told.set(id!, [...(told.get(id!) ?? []), end]);
      }
      onEvent?.(event);
    });
    let messageId: string | undefined;
    house.events.on('request.sent', (event) => {
      ({ messageId } = event);
    });

    const begin = (): Entry => {
      const number = entries.length;
      const kind = pick(sim, ['run', 'task', 'request'] as const);
      const controller = new AbortController();
      const { signal } = controller;
      const bySignal = kind === 'request' || chance(sim, 0.3);
      let status = (): string => '';
      let byHand: (() => void) | undefined;
      let result: Promise<unknown>;
      let id: string;
      if (kind === 'run') {
        const run = house.start(pick(sim, flows), number, { signal });
        status = () => `${run.status} ${run.snapshot().status}`;
        byHand = () => run.cancel();
        ({ id, result } = run);
      } else if (kind === 'task') {
        const task = house.tasks.submit(agent, number, { signal });
        status = () => `${task.status} ${task.status}`;
        byHand = () => task.cancel();
        ({ id, result } = task);
      } else {
        result = house.messages.request('r', number, { signal });
        id = messageId!;
      }
      const cancel = bySignal ? () => controller.abort() : byHand!;
      const entry: Entry = { kind, id, status, cancel, finish: undefined, end: undefined };
      entries.push(entry);
      follow(sim, result, (end) => {
        entry.end = end;
      });
      return entry;
    };

    /** Ends it and cancels it in one turn, a few promises apart. */
    const race = async ({ finish, cancel }: Entry): Promise<void> => {
      const wait = async (turns: number): Promise<void> => {
        for (let left = turns; left > 0; left--) await undefined;
      };
      const order = sim.random();
      if (order < 0.3) {
        // From a listener of whichever event comes as the n-th from now.
        count('from a listener');
        let left = whole(sim, 1, 5);
        onEvent = () => {
          if (--left === 0) cancel();
        };
        finish?.();
        await wait(20);
        onEvent = undefined;
      } else if (order < 0.8) {
        finish?.();
        await wait(whole(sim, 0, 12));
        cancel();
      } else {
        cancel();
        finish?.();
      }
    };

    for (let left = 5; left > 0; left--) {
      const entry = begin();
      await sim.advance(whole(sim, 0, 3));
      await race(entry);
      await sim.advance(whole(sim, 0, 3));
    }
    await sim.advance('10m');

    const totals = { completed: 0, failed: 0, cancelled: 0 };
    for (const { kind, id, status, end } of entries) {
      ensure(end !== undefined, () => `${kind} ${id} has no end`);
      const outcome = end!.isOutput ? 'completed' : end!.code === 'CANCELLED' ? 'cancelled' : 'failed';
      count(outcome);
      if (kind === 'run') totals[outcome]++;
      const events = told.get(id!) ?? [];
      ensure(events.join() === outcome, () => `${kind} ${id}: ${outcome}, but told as ${events.join()}`);
      if (kind !== 'request')
        ensure(
          status() === `${outcome} ${outcome}`,
          () => `${kind} ${id}: ${outcome}, but recorded as ${status()}`,
        );
    }
    const { completed, failed, cancelled } = house.workflows.stats();
    ensure(completed === totals.completed, () => `${completed} runs were completed, not ${totals.completed}`);
    ensure(failed === totals.failed, () => `${failed} runs failed, not ${totals.failed}`);
    ensure(cancelled === totals.cancelled, () => `${cancelled} runs were cancelled, not ${totals.cancelled}`);
  },
);
