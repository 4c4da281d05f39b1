import {
  type Coordinator,
  defineAgent,
  defineCapability,
  type HandlerContext,
  type Run,
  type TaskHandle,
} from '../../src/index.ts';
import type { SimulatedNode } from '../../src/testing/index.ts';
import { flowOf, planSteps, stepAgent } from './support/flows.ts';
import { chance, type End, ensure, follow, notice, pick, prove, whole, workAt } from './support/prove.ts';

// Everything at once: nodes that crash, are cut off and begin anew, every kind of fault, requests between nodes and to
// agents there, tasks that ask for tasks, runs, cancellations, agents that come and go. A ledger outside holds, for each
// life of each node, what was accepted and how it ended by the promises and by the events, and both must agree with the
// figures of the library after every happening; every limit holds; answers belong to their requests; and in the end
// everything that was accepted by a node that lives has ended, once.

const QUEUE = 6;
const PENDING = 12;
const names = ['n1', 'n2', 'n3'];
const skill = defineCapability<number, string>('skill');

/** What one life of a node was given, by the ledger. */
class Life {
  readonly house: Coordinator;
  /** Requests and runs: what was accepted, and their ends. */
  readonly accepted = { request: 0, task: 0, run: 0 };
  readonly ends = { request: [] as End[], task: [] as End[], run: [] as End[] };
  readonly handles: (TaskHandle | Run)[] = [];
  /** Tasks and requests by their events: those under way, and how many have ended. */
  readonly open = new Set<string>();
  ended = 0;
  readonly agents: string[] = [];

  constructor(house: Coordinator) {
    this.house = house;
  }
}

const openings = new Set(['task.submitted', 'request.sent', 'run.started']);
const endings = new Set(['completed', 'failed', 'cancelled']);

prove(
  'keeps its books, its limits and its promises whatever happens',
  {
    faults: {
      handlerError: 0.08,
      handlerHang: 0.04,
      handlerSlow: 0.04,
      messageLost: 0.04,
      messageDuplicated: 0.08,
      messageDelayed: 0.08,
      messageReordered: 0.08,
      partition: 0.005,
      crash: 0.005,
      loopStall: 0.005,
      wallJump: 0.02,
    },
    latency: 20,
    share: 0.4,
    atLeast: {
      'request ended': 2_000,
      'task ended': 1_500,
      'run ended': 1_500,
      cancelled: 400,
      hired: 300,
      'let go': 200,
      crash: 100,
      partition: 100,
      loopStall: 30,
    },
  },
  async (sim, count) => {
    const lives = new Map<SimulatedNode, Life>();

    const start = (node: SimulatedNode): void => {
      const house = node.coordinator({
        grace: 200,
        policy: { attempts: 2, timeout: 800, backoff: { initial: 20 } },
        tasks: { queue: QUEUE, timeout: '20s' },
        messages: { timeout: '5s', pending: PENDING },
      });
      const life = new Life(house);
      lives.set(node, life);
      for (const name of ['a', 'b']) hire(node, life, `${name}.${node.name}`);
      const serve = node.step(
        `r.${node.name}`,
        async (nonce: number, _context: unknown) => `${nonce} at ${node.name}`,
      );
      house.messages.respond(`to.${node.name}`, (nonce: number) => serve(nonce, undefined), {
        concurrency: 2,
        waiting: 3,
      });
      house.events.onAny((event) => {
        const facts = event as { type: string; messageId?: string; taskId?: string; runId?: string };
        const [noun, verb] = facts.type.split('.');
        const id = noun === 'request' ? facts.messageId : noun === 'task' ? facts.taskId : facts.runId;
        if (noun !== 'request' && noun !== 'task') return;
        notice(sim, () => {
          if (openings.has(facts.type)) life.open.add(id!);
          if (!endings.has(verb!)) return;
          ensure(life.open.delete(id!), () => `${facts.type} of ${id}, which is not under way`);
          life.ended++;
        });
      });
    };
    const hire = (node: SimulatedNode, { house, agents }: Life, name: string): void => {
      const handle = async (depth: number, { ask }: HandlerContext): Promise<string> =>
        depth > 0 ? ask(skill, depth - 1) : `by ${name}`;
      agents.push(name);
      house.agents.register(
        node.agent(defineAgent(name, { capabilities: [skill], concurrency: whole(sim, 1, 2), handle })),
      );
    };
    const nodes = names.map((name) => sim.node(name, (node) => start(node)));

    sim.check('the books of every node agree', () => {
      for (const node of nodes) {
        if (node.current === undefined) continue;
        const life = lives.get(node)!;
        const { messages, tasks, workflows, agents, handlers } = life.house.stats();
        const { accepted, ends, open, ended } = life;
        const requestsEnded = messages.replied + messages.failed + messages.timedOut + messages.cancelled;
        const tasksEnded = tasks.completed + tasks.failed + tasks.cancelled;
        const runsEnded = workflows.completed + workflows.failed + workflows.cancelled;
        equal('requests', messages.requested, accepted.request);
        equal('ended requests', requestsEnded, ends.request.length);
        equal('replied requests', messages.replied, ends.request.filter(({ isOutput }) => isOutput).length);
        equal('open requests', messages.pending, accepted.request - ends.request.length);
        equal('what is open', open.size, messages.pending + tasks.submitted - tasksEnded);
        equal('what has ended', ended, requestsEnded + tasksEnded);
        equal('active runs', workflows.active, workflows.started - runsEnded);
        ensure(tasks.submitted >= accepted.task, () => 'a task is not counted');
        ensure(tasks.waiting <= QUEUE, () => `${tasks.waiting} tasks wait`);
        ensure(messages.pending <= PENDING, () => `${messages.pending} requests are open`);
        ensure(messages.active <= 2 && messages.waiting <= 3, () => 'the responder has too much');
        ensure(handlers >= 0 && tasks.active >= 0, () => 'a slot was freed twice');
        for (const [name, active] of Object.entries(agents.activeTasks))
          ensure(active >= 0 && active <= 2, () => `${name} has ${active} tasks in hand`);
      }
    });

    let nonce = 0;
    const deeds = [
      (node: SimulatedNode, life: Life): void => {
        const number = ++nonce;
        const to = pick(sim, names);
        const isAgent = chance(sim, 0.3);
        const isFull = life.house.messages.stats().pending >= PENDING;
        const topic = isAgent ? `agent.a.${to}` : `to.${to}`;
        if (!isFull) life.accepted.request++;
        follow(sim, life.house.messages.request(topic, isAgent ? 0 : number), (end) => {
          if (isFull) return ensure(end.code === 'FULL', () => `a request too many ended with ${end.code}`);
          life.ends.request.push(end);
          count('request ended');
          const due = isAgent ? `by a.${to}` : `${number} at ${to}`;
          if (end.isOutput) ensure(end.value === due, () => `${node.name} got "${end.value}", not "${due}"`);
        });
      },
      (_node: SimulatedNode, life: Life): void => {
        try {
          const task = life.house.tasks.submit(skill, whole(sim, 0, 2), {
            timeout: pick(sim, [10, 300, '10s']),
          });
          life.accepted.task++;
          life.handles.push(task);
          follow(sim, task.result, (end) => {
            life.ends.task.push(end);
            count('task ended');
          });
        } catch (error) {
          const { code } = error as { code?: string };
          ensure(code === 'FULL' || code === 'NO_CANDIDATE', () => String(error));
        }
      },
      (node: SimulatedNode, life: Life): void => {
        const body = workAt(node, `code.${node.name}`);
        const steps = stepAgent(pick(sim, life.agents), 1, body);
        const flow = flowOf(planSteps(sim, whole(sim, 1, 4), [undefined]), steps, body);
        const deadline = pick(sim, ['10s', whole(sim, 1, 100)] as const);
        const run = life.house.start(flow, undefined, { deadline });
        life.accepted.run++;
        life.handles.push(run);
        follow(sim, run.result, (end) => {
          life.ends.run.push(end);
          count('run ended');
        });
      },
      (_node: SimulatedNode, { handles }: Life): void => {
        if (handles.length === 0) return;
        count('cancelled');
        pick(sim, handles).cancel();
      },
      (node: SimulatedNode, life: Life): void => {
        count('hired');
        hire(node, life, `c${++nonce}.${node.name}`);
      },
      (_node: SimulatedNode, { house, agents }: Life): void => {
        count('let go');
        const name = pick(sim, agents);
        follow(sim, house.agents.unregister(name, { drain: pick(sim, [0, 50]) }), () => {});
      },
    ];
    const often = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 4, 5];
    for (let left = 14; left > 0; left--) {
      const node = pick(sim, nodes);
      const life = lives.get(node)!;
      if (node.current === life.house) deeds[pick(sim, often)]!(node, life);
      await sim.advance(whole(sim, 0, 30));
    }

    await sim.eventually('everything has ended that was accepted by a node that lives', () =>
      nodes.every((node) => {
        const { accepted, ends, open } = lives.get(node)!;
        const isOver = (kind: 'request' | 'task' | 'run'): boolean => accepted[kind] === ends[kind].length;
        return (
          node.current !== undefined &&
          isOver('request') &&
          isOver('task') &&
          isOver('run') &&
          open.size === 0
        );
      }),
    );
  },
);

prove(
  'frees the slot of a handler that hangs when its sender has crashed',
  { share: 0.1, atLeast: { begun: 1_000 } },
  async (sim, count) => {
    const there = sim.node('there', (node) => {
      const hang = (): Promise<void> => {
        count('begun');
        return new Promise(() => {});
      };
      node.coordinator({ grace: 100 }).messages.respond('there', hang);
    });
    const asker = sim.node('asker', (node) => void node.coordinator());
    const timeout = whole(sim, 1, 5_000);
    follow(sim, asker.current!.messages.request('there', 1, { timeout }), () => {});
    await sim.advance(whole(sim, 0, timeout - 1));
    asker.crash(whole(sim, 0, 5_000));
    await sim.advance(timeout + 200);
    const { active } = there.current!.messages.stats();
    ensure(active === 0, () => `${active} handlers run when all time is up`);
  },
);

function equal(what: string, figure: number, due: number): void {
  ensure(figure === due, () => `${what}: ${figure}, in the ledger ${due}`);
}
