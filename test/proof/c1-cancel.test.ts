import { type CloseReport, defineAgent, defineCapability, type HandlerContext } from '../../src/index.ts';
import { flowOf, planSteps, stepAgent } from './support/flows.ts';
import {
  chance,
  type End,
  ensure,
  follow,
  notice,
  pick,
  prove,
  sleep,
  whole,
  workAt,
} from './support/prove.ts';

// C1. Cancelling a run, a task or a request aborts the signals of everything under it at that very moment, also of what
// its handlers asked others for; from then on nothing under it begins, and what comes late is not recorded. A handler
// that goes on keeps its slot for the grace period; the one that outlasts it is counted as abandoned, or listed by the
// report when the coordinator is closed.

const GRACE = 30;
const helper = defineCapability<number>('helper');

/** One call of a handler. */
interface Call {
  readonly root: number;
  readonly signal: AbortSignal;
  settledAt: number;
  abortedAt: number | undefined;
}
interface Root {
  readonly id: number;
  readonly cancel: () => void;
  readonly stands: () => string;
  cancelledAt: number | undefined;
  end: End | undefined;
}

prove(
  'stops everything under what is cancelled, at once and for good',
  {
    faults: { handlerError: 0.05, handlerHang: 0.1, handlerSlow: 0.1 },
    latency: 40,
    atLeast: {
      cancelled: 1_000,
      aborted: 500,
      'late results': 150,
      abandoned: 200,
      closed: 100,
      'below below': 200,
    },
  },
  async (sim, count) => {
    const calls: Call[] = [];
    const roots: Root[] = [];
    const now = (): number => sim.clock.monotonic();
    const faulty = workAt(sim, 'work');

    const work = async (
      root: number,
      depth: number,
      { signal, ask }: Pick<HandlerContext, 'signal' | 'ask'>,
    ) => {
      const call: Call = { root, signal, settledAt: Number.POSITIVE_INFINITY, abortedAt: undefined };
      calls.push(call);
      notice(sim, () =>
        ensure(roots[root]!.cancelledAt === undefined, () => `work begins under ${root}, which is cancelled`),
      );
      try {
        if (depth === 0 && chance(sim, 0.4)) await ask(helper, root);
        else if (chance(sim, 0.3)) await obey(signal);
        else await faulty();
      } finally {
        call.settledAt = now();
        if (call.abortedAt !== undefined && call.settledAt > call.abortedAt) count('late results');
      }
    };
    const obey = (signal: AbortSignal): Promise<void> =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        void sleep(sim, whole(sim, 0, 60)).then(resolve);
      });

    const body = (_id: string, scope: { readonly input?: unknown }, context: HandlerContext) =>
      work(scope.input as number, 0, context);
    const house = sim.coordinator({ grace: GRACE });
    const agent = stepAgent('a', 3, body);
    const helping = (root: number, context: HandlerContext): Promise<void> => {
      count('below below');
      return work(root, 1, context);
    };
    house.agents.register(agent);
    house.agents.register(defineAgent('h', { capabilities: [helper], concurrency: 2, handle: helping }));
    house.messages.respond(
      'r',
      (root: number, { signal }) => work(root, 1, { signal, ask: undefined as never }),
      {
        concurrency: 2,
      },
    );

    const begin = (): void => {
      const id = roots.length;
      const kind = pick(sim, ['run', 'task', 'request'] as const);
      const controller = new AbortController();
      let cancel = (): void => controller.abort();
      let stands = (): string => '';
      let result: Promise<unknown>;
      if (kind === 'run') {
        const run = house.start(flowOf(planSteps(sim, whole(sim, 1, 4), [undefined]), agent, body), id);
        cancel = () => run.cancel('enough');
        stands = () => JSON.stringify(run.snapshot());
        ({ result } = run);
      } else if (kind === 'task') {
        const task = house.tasks.submit(agent, { id: '', scope: { input: id } }, { timeout: '1h' });
        cancel = () => task.cancel('enough');
        stands = () => task.status;
        ({ result } = task);
      } else result = house.messages.request('r', id, { signal: controller.signal, timeout: '1h' });
      const root: Root = { id, cancel, stands, cancelledAt: undefined, end: undefined };
      roots.push(root);
      follow(sim, result, (end) => {
        root.end = end;
      });
    };
    const noteAborts = (): void => {
      for (const call of calls) if (call.signal.aborted) call.abortedAt ??= now();
    };
    sim.check('nothing but what was cancelled is stopped', () => {
      for (const { root, signal } of calls)
        ensure(
          !signal.aborted || roots[root]!.cancelledAt !== undefined,
          () => `a signal under ${root} aborts by itself`,
        );
    });

    const records = new Map<Root, string>();
    const cancel = (root: Root): void => {
      if (root.end !== undefined || root.cancelledAt !== undefined) return;
      count('cancelled');
      root.cancelledAt = now();
      root.cancel();
      const under = calls.filter((call) => call.root === root.id && call.settledAt > now());
      for (const { signal } of under)
        ensure(signal.aborted, () => `a signal under ${root.id} has not aborted`);
      count('aborted', under.length);
      noteAborts();
      records.set(root, root.stands());
    };
    for (let left = 8; left > 0; left--) {
      if (roots.length === 0 || chance(sim, 0.7)) begin();
      else cancel(pick(sim, roots));
      await sim.advance(whole(sim, 0, 25));
    }
    for (const root of roots) if (chance(sim, 0.5)) cancel(root);

    let report: CloseReport | undefined;
    let closedAt = Number.POSITIVE_INFINITY;
    if (chance(sim, 0.3)) {
      count('closed');
      closedAt = now();
      for (const root of roots) root.cancelledAt ??= closedAt;
      void house.close().then((told) => {
        report = told;
      });
    } else {
      await sim.advance('1m');
      // Only those are left that hang.
      for (const root of roots) cancel(root);
    }
    noteAborts();
    await sim.advance('1m');

    for (const [root, record] of records) {
      ensure(root.stands() === record, () => `${root.id} stood at ${record} and stands at ${root.stands()}`);
      ensure(
        root.end?.code === 'CANCELLED' && root.end.at === root.cancelledAt,
        () => `${root.id}: ${root.end?.code}`,
      );
    }
    const outlasts = ({ settledAt, abortedAt }: Call, by: number): boolean =>
      abortedAt !== undefined && settledAt - abortedAt >= by;
    // Who settles in the very millisecond may come before or after the end of the grace period.
    const most = calls.filter((call) => outlasts(call, GRACE)).length;
    const least = calls.filter((call) => outlasts(call, GRACE + 1)).length;
    const { tasks, workflows, messages } = house.stats();
    const abandoned = tasks.abandoned + workflows.abandoned + messages.abandoned;
    count('abandoned', abandoned);
    ensure(
      abandoned >= least && abandoned <= most,
      () => `${abandoned} were abandoned, not ${least} to ${most}`,
    );
    if (report === undefined) return;
    const listed = report.abandoned.length;
    const atClosing = (by: number, after: number): number =>
      calls.filter((call) => outlasts(call, by) && call.abortedAt! + GRACE >= after).length;
    const [few, many] = [atClosing(GRACE + 1, closedAt + 1), atClosing(GRACE, closedAt)];
    ensure(listed >= few && listed <= many, () => `${listed} are listed, not ${few} to ${many}`);
  },
);
