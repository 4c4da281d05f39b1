import type { Verdict } from '../harness/verdict.ts';
import type { ForgingTransport } from './forging-transport.ts';
import type { House } from './house.ts';
import type { Ledger } from './ledger.ts';

/** What the run was about, when it is over. */
interface Run {
  readonly house: House;
  readonly transport: ForgingTransport;
  readonly ledger: Ledger;
  /** Questions that were to be sent. */
  readonly count: number;
  /** Asks that were refused, as the agent was away. */
  readonly caller: { readonly refused: number };
}

/** Compares what the library counted with the books that were kept outside of it. */
export function judge(verdict: Verdict, run: Run): void {
  const { house, transport, ledger } = run;
  for (const [name, times] of ledger.byFate()) verdict.figure(name, times);
  verdict.figure('guests that left in the middle', house.departures);
  verdict.figure('forged answers to ended requests', transport.forgedAtTopics);
  verdict.figure('forged answers to ended attempts', transport.forgedAtAgents);
  verdict.figure('handlers of named receivers that started', house.order.starts);

  judgeOutcomes(verdict, run);
  judgeMessages(verdict, run);
  judgeTasks(verdict, run);
  judgeRest(verdict, run);
}

function judgeOutcomes(verdict: Verdict, { ledger, house, count }: Run): void {
  verdict.equal('every request was sent', ledger.sent, count);
  verdict.equal('every request settled', ledger.settled, count);
  verdict.equal('none settled twice', ledger.settledAgain, 0);
  verdict.equal('none got what belongs to another', ledger.wrong, 0);
  verdict.promise(
    'each ended as its fault says',
    ledger.unexpected === 0,
    ledger.firstUnexpected === undefined ? 0 : `${ledger.unexpected}, first ${ledger.firstUnexpected}`,
  );
  verdict.equal('handlers started in the order of sending', house.order.violations, 0);
}

function judgeMessages(verdict: Verdict, { ledger, house, transport }: Run): void {
  const { messages } = house.coordinator.stats();
  const paths = ['topic', 'agent-topic'] as const;
  const timedOut = ledger.count('TIMEOUT', ...paths);
  const cancelled = ledger.count('CANCELLED', ...paths);
  const replied = ledger.count('answer', ...paths);
  const failed = ledger.failures(...paths) - timedOut - cancelled;
  const lateRefusals = sum(ledger.refusedLate.values());
  verdict.equal(
    'requested is what was sent to topics',
    messages.requested,
    replied + failed + timedOut + cancelled,
  );
  verdict.equal('replied is what was answered', messages.replied, replied);
  verdict.equal('failed is what failed', messages.failed, failed);
  verdict.equal('timedOut is what timed out', messages.timedOut, timedOut);
  verdict.equal('cancelled is what was given up', messages.cancelled, cancelled);
  const late = house.lateAtTopics + transport.forgedAtTopics + lateRefusals;
  const surplus = messages.lateReplies - late;
  verdict.promise(
    'lateReplies is what came late or forged',
    surplus >= 0 && surplus <= ledger.perhapsGoneLate,
    `${late}, and ${surplus} of ${ledger.perhapsGoneLate} as an agent left`,
  );
}

function judgeTasks(verdict: Verdict, { ledger, house, caller }: Run): void {
  const { tasks } = house.coordinator.stats();
  const asked = ['agent', 'steady', 'any'] as const;
  const viaTopic = ledger.count('answer', 'agent-topic') + ledger.failures('agent-topic');
  const all = ledger.count('answer', ...asked) + ledger.failures(...asked) - caller.refused;
  const nobody = ledger.count('NO_RESPONDER', 'agent-topic') + (ledger.refusedLate.get('agent-topic') ?? 0);
  verdict.equal('submitted is what was not refused', tasks.submitted, all + viaTopic - nobody);
  verdict.equal('tasks ended once each', tasks.completed + tasks.failed + tasks.cancelled, tasks.submitted);
  verdict.equal(
    'completed is what was answered',
    tasks.completed,
    ledger.count('answer', ...asked, 'agent-topic'),
  );
  verdict.equal('no attempt was made twice', tasks.retried, 0);
}

function judgeRest(verdict: Verdict, { house }: Run): void {
  const { messages, tasks, workflows, agents, deadlines, handlers } = house.coordinator.stats();
  const inHand = sum(Object.values(agents.activeTasks));
  const sizes = {
    pending: messages.pending,
    'requests waiting': messages.waiting,
    'handlers of topics': messages.active,
    'tasks waiting': tasks.waiting,
    'slots in use': tasks.active,
    'tasks in hand': inHand,
    runs: workflows.active,
    deadlines,
    handlers,
    'handlers abandoned': messages.abandoned + tasks.abandoned,
  };
  for (const [name, size] of Object.entries(sizes)) verdict.equal(`at rest: ${name}`, size, 0);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
