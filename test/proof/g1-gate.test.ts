import {
  type DecideOptions,
  defineWorkflow,
  gate,
  memoryStore,
  type Run,
  type StepData,
} from '../../src/index.ts';
import type { Simulation } from '../../src/testing/index.ts';
import { Book, type BookEntry } from './support/book.ts';
import { ENDED, Owners } from './support/owners.ts';
import { type Count, chance, ensure, notice, pick, prove, whole } from './support/prove.ts';

// G1. Each gate comes to one end: decided, rejected or expired, and what is on record says which: the first decision, or the
//     first that so many agree on, in the order of the record; the default or a failure when its time is up first. A
//     decision that was acknowledged is on record, and one that was refused is not. Of one person one decision counts.
//     Only who may decide does. A rejection that cancels the other gates leaves none of them open. All that holds over
//     crashes, failing stores and second owners.

const PEOPLE = ['ann', 'bob', 'cem', 'dua'];

interface GatePlan {
  readonly id: string;
  readonly after: readonly string[];
  readonly quorum: number;
  readonly deadline: number;
  readonly hasDefault: boolean;
  readonly escalateAfter: number | undefined;
  readonly onReject: 'fail' | 'cancel-siblings' | 'continue';
}

interface Decision {
  readonly runId: string;
  readonly step: string;
  readonly by: string;
  /** What the record shows it by. */
  readonly comment: string;
  state: 'pending' | 'acknowledged' | 'refused' | 'unknown';
  code: string | undefined;
}

prove(
  'ends each gate once, as its record says, over crashes, failing stores and second owners',
  {
    faults: {
      storeError: 0.05,
      storeSlow: 0.05,
      crash: 0.015,
      secondOwner: 0.02,
      freeze: 0.02,
      loopStall: 0.01,
    },
    latency: 5,
    atLeast: {
      acknowledged: 1_500,
      refused: 1_000,
      decided: 1_000,
      'by default': 150,
      expired: 100,
      rejected: 200,
      escalated: 200,
      'decided after a crash': 100,
      'cancelled with a sibling': 20,
      superseded: 5,
    },
  },
  async (sim, count) => {
    const book = new Book(memoryStore({ clock: sim.clock }));
    const plans = plansOf(sim);
    const decisions: Decision[] = [];
    const owners = new Owners(sim, book, count, () =>
      defineWorkflow('flow', { steps: [...plans.map(stepOf), { id: 'work', run: () => 'done' }] }),
    );
    const checked = new Map<string, number>();
    sim.check('what is on record of gates holds together', () => {
      for (const [stream, entries] of book.streams) {
        if (checked.get(stream) === entries.length) continue;
        checked.set(stream, entries.length);
        lookAtGates(stream, entries, plans);
        lookAtSiblings(stream, entries, plans);
      }
    });
    const decide = (run: Run, plan: GatePlan, approved: boolean, by = pick(sim, PEOPLE)): void => {
      const role = chance(sim, 0.7) ? 'clerk' : 'chief';
      const decision: Decision = {
        runId: run.id,
        step: plan.id,
        by,
        comment: `${decisions.length}`,
        state: 'pending',
        code: undefined,
      };
      decisions.push(decision);
      const options: DecideOptions = { by, ...(plan.escalateAfter === undefined ? {} : { role }) };
      run.decide(plan.id, { approved, comment: decision.comment }, options).then(
        () => {
          decision.state = 'acknowledged';
          notice(sim, () =>
            ensure(
              isOnRecord(book, decision),
              () => `decision ${decision.comment} is acknowledged and not on record`,
            ),
          );
          count('acknowledged');
        },
        (error) => {
          decision.code = error.code;
          const unknown = error.code === 'SUSPENDED' || error.code === 'SUPERSEDED';
          decision.state = unknown ? 'unknown' : 'refused';
          if (!unknown) count('refused');
          notice(sim, () =>
            ensure(
              unknown || ['GATE_NOT_OPEN', 'DECISION_REFUSED', 'RUN_NOT_ACTIVE'].includes(error.code),
              () => `a decision rejects with ${String(error)}`,
            ),
          );
        },
      );
    };
    owners.begin();
    const ids = ['r0', 'r1', 'r2'];
    for (const id of ids) {
      owners.start(id);
      await sim.advance(whole(sim, 0, 300));
    }
    for (let left = whole(sim, 8, 20); left > 0; left--) {
      // Several at the same moment, and through whatever handle of the run there is.
      for (let burst = whole(sim, 1, 4); burst > 0; burst--) {
        const run = pick(sim, owners.runs.get(pick(sim, ids)) ?? [undefined]);
        if (run !== undefined) decide(run, pick(sim, plans), chance(sim, 0.7));
      }
      await sim.advance(pick(sim, [0, 3, 50, 500, 2_000]));
      if (chance(sim, 0.3)) owners.resume();
    }
    await owners.end(ids, () => {
      // Also by the handles of those who do not know yet that somebody else owns the run.
      for (const run of [...owners.runs.values()].flat()) {
        const open = run.snapshot().steps.filter(({ status }) => status === 'running');
        for (const plan of plans)
          if (open.some(({ id }) => id === plan.id)) for (const by of PEOPLE) decide(run, plan, true, by);
      }
    });
    await sim.advance('1m');
    for (const decision of decisions) {
      const { comment, state, code } = decision;
      const stored = isOnRecord(book, decision);
      if (state === 'acknowledged')
        ensure(stored, () => `decision ${comment} was acknowledged and is not on record`);
      if (state === 'refused')
        ensure(!stored, () => `decision ${comment} was refused (${code}) and is on record`);
    }
    for (const id of ids) countGates(book.of(id), plans, count);
  },
);

function plansOf(sim: Simulation): readonly GatePlan[] {
  return Array.from({ length: whole(sim, 1, 3) }, (_, index) => {
    const deadline = chance(sim, 0.5) ? whole(sim, 200, 6_000) : Number.POSITIVE_INFINITY;
    return {
      id: `g${index}`,
      after: index > 0 && chance(sim, 0.3) ? [`g${index - 1}`] : [],
      quorum: pick(sim, [1, 1, 2]),
      deadline,
      hasDefault: chance(sim, 0.5),
      escalateAfter: chance(sim, 0.3) ? whole(sim, 50, Math.min(deadline - 1, 2_000)) : undefined,
      onReject: pick(sim, ['fail', 'cancel-siblings', 'continue'] as const),
    };
  });
}

const BY_DEFAULT = { approved: true, comment: 'by default' };

function stepOf({ id, after, quorum, deadline, hasDefault, escalateAfter, onReject }: GatePlan): StepData {
  const ends = Number.isFinite(deadline);
  return {
    id,
    after,
    onFailure: 'continue',
    run: gate({
      ask: `what of ${id}?`,
      quorum,
      deadline,
      onReject,
      ...(ends && hasDefault ? { default: BY_DEFAULT } : {}),
      ...(escalateAfter === undefined
        ? {}
        : { by: ['clerk'], escalate: [{ after: escalateAfter, by: ['chief'] }] }),
    }),
  };
}

function isOnRecord(book: Book, { runId, comment }: Decision): boolean {
  return book.of(runId).some((entry) => entry.type === 'gate.voted' && decisionOf(entry).comment === comment);
}

function decisionOf({ output }: BookEntry): { readonly approved: boolean; readonly comment: string } {
  return output as { readonly approved: boolean; readonly comment: string };
}

/** A rejection that cancels the other gates has cancelled those that were open when it was stored. */
function lookAtSiblings(stream: string, entries: readonly BookEntry[], plans: readonly GatePlan[]): void {
  const open = new Set<string>();
  const due = new Set<string>();
  for (const { type, step, error } of entries) {
    const plan = plans.find(({ id }) => id === step);
    if (plan === undefined) continue;
    if (type === 'step.started') open.add(plan.id);
    ensure(
      !due.has(plan.id) || type === 'step.cancelled',
      () => `${stream}: ${type} at ${step}, which goes with its sibling`,
    );
    if (!/^step\.(completed|failed|cancelled)$/.test(type)) continue;
    open.delete(plan.id);
    due.delete(plan.id);
    const { code } = (error ?? {}) as { readonly code?: string };
    if (code === 'GATE_REJECTED' && plan.onReject === 'cancel-siblings')
      for (const other of open) due.add(other);
  }
  ensure(due.size === 0, () => `${stream}: ${[...due].join()} is open though a sibling was rejected`);
}

/** Follows each gate through the record, and compares what it comes to with what it should. */
function lookAtGates(stream: string, entries: readonly BookEntry[], plans: readonly GatePlan[]): void {
  for (const plan of plans) {
    const { id, quorum, deadline, hasDefault, escalateAfter } = plan;
    let opened: BookEntry | undefined;
    let escalated = false;
    /** What the next entry about it must be. */
    let due: { readonly type: string; readonly output?: unknown } | undefined;
    let ended = false;
    const votes: BookEntry[] = [];
    for (const entry of entries) {
      if (entry.step !== id) continue;
      const { type, at, by, role } = entry as BookEntry & { readonly at: number };
      ensure(!ended, () => `${stream}: ${type} at ${id} after its end`);
      if (type === 'step.started') {
        ensure(opened === undefined, () => `${stream}: ${id} is opened again`);
        opened = entry;
      } else if (type === 'gate.escalated') {
        ensure(
          !escalated && at - openedAt(opened) >= escalateAfter!,
          () => `${stream}: ${id} escalates too early or twice`,
        );
        escalated = true;
      } else if (type === 'gate.voted') {
        ensure(due === undefined, () => `${stream}: a vote at ${id} after it was decided`);
        ensure(
          !votes.some((vote) => vote['by'] === by),
          () => `${stream}: ${String(by)} votes twice at ${id}`,
        );
        const allowed = escalateAfter === undefined || role === 'clerk' || (role === 'chief' && escalated);
        ensure(allowed, () => `${stream}: ${String(role)} may not decide ${id}`);
        ensure(at < openedAt(opened) + deadline, () => `${stream}: a vote at ${id} after its time was up`);
        votes.push(entry);
        const value = decisionOf(entry);
        const agreeing = votes.filter((vote) => decisionOf(vote).approved === value.approved);
        if (agreeing.length < quorum) continue;
        due =
          value.approved || plan.onReject === 'continue'
            ? { type: 'step.completed', output: value }
            : { type: 'step.failed' };
      } else if (type === 'step.completed' || type === 'step.failed') {
        ended = true;
        if (due === undefined && type === 'step.failed') {
          const { code } = entry['error'] as { readonly code?: string };
          ensure(code === 'TIMEOUT' && !hasDefault, () => `${stream}: ${id} fails undecided with ${code}`);
        } else if (due === undefined) {
          ensure(
            same(entry.output, BY_DEFAULT),
            () => `${stream}: ${id} has ${JSON.stringify(entry.output)} undecided`,
          );
        } else {
          ensure(type === due.type, () => `${stream}: ${id}: ${type} and not ${due!.type}`);
          if (type === 'step.completed')
            ensure(
              same(entry.output, due.output),
              () => `${stream}: ${id} is ${JSON.stringify(entry.output)} and not as decided`,
            );
        }
        if (due === undefined)
          ensure(at >= openedAt(opened) + deadline, () => `${stream}: the time of ${id} is up too early`);
        due = undefined;
      } else if (type === 'step.cancelled') {
        ended = true;
        ensure(due === undefined, () => `${stream}: ${id} was decided and is cancelled`);
      }
    }
    // A decision and what follows from it are stored as one.
    ensure(due === undefined, () => `${stream}: ${id} is decided and has not ended`);
    if (ENDED.test(entries.at(-1)!.type) && opened !== undefined)
      ensure(ended, () => `${stream}: ${id} is open at the end of its run`);
  }
}

function openedAt(opened: BookEntry | undefined): number {
  return opened!['at'] as number;
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function countGates(entries: readonly BookEntry[], plans: readonly GatePlan[], count: Count): void {
  for (const { id, onReject } of plans) {
    const own = entries.filter(({ step }) => step === id);
    const end = own.findLast(({ type }) => /^step\.(completed|failed|cancelled)$/.test(type));
    count('escalated', own.filter(({ type }) => type === 'gate.escalated').length);
    if (end?.type === 'step.completed') {
      count(same(end.output, BY_DEFAULT) ? 'by default' : 'decided');
      const opened = entries.indexOf(own[0]!);
      const taken = entries.slice(opened, entries.indexOf(end)).some(({ type }) => type === 'run.resumed');
      if (taken && !same(end.output, BY_DEFAULT)) count('decided after a crash');
    }
    const { code } = (end?.['error'] ?? {}) as { readonly code?: string };
    if (code === 'TIMEOUT') count('expired');
    if (code === 'GATE_REJECTED') {
      count('rejected');
      if (onReject === 'cancel-siblings')
        count(
          'cancelled with a sibling',
          entries.filter(({ type, step }) => type === 'step.cancelled' && step !== id).length,
        );
    }
  }
}
