import { defineAgent, defineWorkflow, FullError, type TaskHandle } from '../../src/index.ts';
import { type End, ensure, follow, notice, pick, prove, sleep, whole, workAt } from './support/prove.ts';

// M7. No queue is ever longer than its limit: tasks that wait, requests that wait for a responder, open requests, runs
// under way. Looked at after every happening and from within every handler and listener. One more than the limit is
// refused with `FullError`, that names the limit; one less never is. What was refused is in no other counter, and what was
// accepted in exactly one.

const limits = { tasks: 3, waiting: 2, concurrency: 2, pending: 7, runs: 2 };

prove(
  'keeps every queue within its limit, and refuses exactly what is too much',
  {
    faults: { handlerError: 0.2, handlerSlow: 0.1, handlerHang: 0.05 },
    latency: 40,
    atLeast: {
      'tasks full': 1_000,
      'mailbox full': 1_000,
      'pending full': 500,
      'runs full': 500,
      accepted: 10_000,
    },
  },
  async (sim, count) => {
    const stats = () => ({
      tasks: house.tasks.stats(),
      messages: house.messages.stats(),
      workflows: house.workflows.stats(),
    });
    const look = (): void => {
      const { tasks, messages, workflows } = stats();
      ensure(tasks.waiting <= limits.tasks, () => `${tasks.waiting} tasks wait`);
      ensure(messages.waiting <= limits.waiting, () => `${messages.waiting} requests wait`);
      ensure(messages.active <= limits.concurrency, () => `${messages.active} requests at the responder`);
      ensure(messages.pending <= limits.pending, () => `${messages.pending} requests are open`);
      ensure(workflows.active <= limits.runs, () => `${workflows.active} runs are under way`);
    };
    const lookNow = (): void => notice(sim, look);
    const agents = ['a', 'b'].map((name, index) =>
      defineAgent(name, { concurrency: index + 1, handle: async () => lookNow() }),
    );
    const house = sim.coordinator({
      agents,
      grace: 50,
      policy: { timeout: 200 },
      tasks: { queue: limits.tasks },
      messages: { pending: limits.pending, timeout: 400 },
      workflows: { runs: limits.runs },
    });
    house.events.onAny(lookNow);
    const { concurrency, waiting } = limits;
    const answer = workAt(sim, 'r', lookNow);
    house.messages.respond('r', answer, {
      concurrency,
      waiting,
    });
    const flow = defineWorkflow('w').step('s', { run: sim.step('s', async () => lookNow()) });

    const handles: TaskHandle[] = [];
    const ends = { tasks: [] as End[], requests: [] as End[], runs: [] as End[] };
    const sent = { tasks: 0, requests: 0, runs: 0 };
    const refused = (kind: string, error: unknown, limit: number, mustBe: boolean): void => {
      ensure(
        error instanceof FullError && error.limit === limit && error.retryable,
        () => `refused with ${error}`,
      );
      ensure(mustBe, () => `${kind}: refused although there was room`);
      count(kind);
    };
    sim.check('every queue is within its limit', look);
    sim.check('what was accepted is counted once, what was refused nowhere', () => {
      const { tasks, messages, workflows } = stats();
      const open = handles.filter(({ status }) => status === 'waiting' || status === 'running').length;
      const { submitted, completed, failed, cancelled } = tasks;
      ensure(submitted === sent.tasks, () => `${submitted} tasks submitted, not ${sent.tasks}`);
      ensure(
        submitted === completed + failed + cancelled + open,
        () => `tasks do not add up: ${JSON.stringify(tasks)}`,
      );
      const ended = messages.replied + messages.failed + messages.timedOut + messages.cancelled;
      ensure(
        messages.requested === sent.requests,
        () => `${messages.requested} requests, not ${sent.requests}`,
      );
      ensure(messages.requested === ended + messages.pending, () => 'requests do not add up');
      ensure(
        messages.pending === sent.requests - ends.requests.length,
        () => `${messages.pending} open requests`,
      );
      ensure(workflows.started === sent.runs, () => `${workflows.started} runs, not ${sent.runs}`);
      ensure(workflows.active === sent.runs - ends.runs.length, () => `${workflows.active} active runs`);
    });

    const submit = (): void => {
      const agent = pick(sim, agents);
      const mustWait = (house.agents.get(agent.name)?.activeTasks ?? 0) >= agent.concurrency;
      const isFull = mustWait && house.tasks.stats().waiting >= limits.tasks;
      try {
        const task = house.tasks.submit(agent, undefined as never);
        ensure(!isFull, () => 'a task was accepted although the queue is full');
        handles.push(task);
        sent.tasks++;
        count('accepted');
        follow(sim, task.result, (end) => ends.tasks.push(end));
      } catch (error) {
        refused('tasks full', error, limits.tasks, isFull);
      }
    };
    const request = (burst: number): void => {
      const { active, waiting: before, pending } = house.messages.stats();
      let room = concurrency - active + waiting - before;
      for (let number = 0; number < burst; number++) {
        const isFull = pending + number >= limits.pending;
        const hasRoom = isFull || room-- > 0;
        const told = (end: End): void => {
          if (!isFull) ends.requests.push(end);
          if (end.code === 'FULL') {
            if (isFull) refused('pending full', end.value, limits.pending, true);
            else refused('mailbox full', end.value, waiting, !hasRoom);
          } else ensure(hasRoom && !isFull, () => 'a request was accepted although there was no room');
        };
        if (!isFull) sent.requests++;
        count('accepted', isFull ? 0 : 1);
        follow(sim, house.messages.request('r', number), told);
      }
    };
    const run = (): void => {
      const isFull = house.workflows.stats().active >= limits.runs;
      try {
        const { result } = house.start(flow, undefined);
        ensure(!isFull, () => 'a run was accepted although there are enough');
        sent.runs++;
        follow(sim, result, (end) => ends.runs.push(end));
      } catch (error) {
        refused('runs full', error, limits.runs, isFull);
      }
    };

    for (let left = 12; left > 0; left--) {
      const kind = sim.random();
      if (kind < 0.4) for (let burst = whole(sim, 1, 5); burst > 0; burst--) submit();
      else if (kind < 0.75) request(whole(sim, 1, 6));
      else for (let burst = whole(sim, 1, 3); burst > 0; burst--) run();
      await sim.advance(pick(sim, [0, 5, 10, 40]));
    }
    await sleep(sim, 0);
  },
);
