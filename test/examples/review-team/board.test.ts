import { describe, expect, it } from 'vitest';
import { Board, type PlannedStep, type TeamEvent } from '../../../examples/review-team/board.ts';

const PLAN: readonly PlannedStep[] = [
  { id: 'read', after: [], target: 'read-file' },
  { id: 'edit', after: ['read'], target: 'edit' },
];

function boardAfter(...events: readonly Omit<TeamEvent, 'at'>[]): Board {
  const board = new Board(PLAN, ['ada', 'bob'], 1_000);
  events.forEach((event, index) => {
    board.apply({ ...event, at: 1_000 + index * 10 });
  });
  return board;
}

const submitted = (taskId: string) => ({ type: 'task.submitted', taskId, target: 'read-file' });
const started = (taskId: string, agent = 'ada') => ({ type: 'task.started', taskId, agent });

describe('Board', () => {
  it('counts tasks that wait and run, and what each agent has in hand', () => {
    const board = boardAfter(
      submitted('1'),
      submitted('2'),
      submitted('3'),
      started('1'),
      started('2', 'bob'),
    );

    expect([board.waiting, board.running]).toEqual([1, 2]);
    expect(board.agents).toEqual([
      { name: 'ada', running: 1, completed: 0, failed: 0 },
      { name: 'bob', running: 1, completed: 0, failed: 0 },
    ]);
  });

  it('counts a task that is tried again as waiting, and its attempt as failed', () => {
    const retried = {
      type: 'task.retried',
      taskId: '1',
      agent: 'ada',
      attempt: 1,
      error: { message: 'The handler failed', cause: { message: 'no luck' } },
    };
    const board = boardAfter(submitted('1'), started('1'), retried);

    expect([board.waiting, board.running, board.retried]).toEqual([1, 0, 1]);
    expect(board.agents[0]).toEqual({ name: 'ada', running: 0, completed: 0, failed: 1 });
    expect(board.retries).toEqual([{ who: 'ada', message: 'no luck' }]);
  });

  it('counts finished tasks by capability and forgets them', () => {
    const board = boardAfter(submitted('1'), started('1'), {
      type: 'task.completed',
      taskId: '1',
      agent: 'ada',
    });

    expect(board.completed('read-file')).toBe(1);
    expect([board.waiting, board.running]).toEqual([0, 0]);
  });

  it('counts tasks that failed for good, whether or not anybody had them in hand', () => {
    const failed = (taskId: string) => ({ type: 'task.failed', taskId, error: new Error('no') });
    const board = boardAfter(submitted('1'), submitted('2'), started('1'), failed('1'), failed('2'));

    expect(board.failed).toBe(2);
    expect([board.waiting, board.running]).toEqual([0, 0]);
    expect(board.agents[0]).toMatchObject({ running: 0, failed: 1 });
  });

  it('counts an attempt at a step as a retry of the step, and as failed for good only with the step', () => {
    const task = { taskId: '1', step: 'edit', error: { message: 'no luck' } };
    const attempt = [
      { type: 'task.submitted', ...task },
      { ...started('1'), ...task },
      { type: 'task.failed', ...task },
    ];
    const retried = { type: 'step.retried', step: 'edit', error: { message: 'no luck' } };

    const once = boardAfter(...attempt, retried);
    expect([once.retried, once.failed]).toEqual([1, 0]);
    expect(once.retries).toEqual([{ who: 'edit', message: 'no luck' }]);
    expect(once.agents[0]).toMatchObject({ failed: 1 });

    const twice = boardAfter(...attempt, retried, ...attempt, { type: 'step.failed', step: 'edit' });
    expect([twice.retried, twice.failed]).toEqual([1, 1]);
  });

  it('follows the steps of the plan and no others', () => {
    const step = (verb: string, id: string) => ({ type: `step.${verb}`, step: id });
    const board = boardAfter(step('started', 'read'), step('completed', 'read'), step('started', 'other'));

    expect(board.steps).toEqual([
      { id: 'read', after: [], target: 'read-file', status: 'completed', startedAt: 1_000, endedAt: 1_010 },
      { id: 'edit', after: ['read'], target: 'edit', status: 'waiting' },
    ]);
  });

  it('learns from the surveyor how many files there are', () => {
    expect(
      boardAfter({ type: 'task.progressed', taskId: '1', agent: 'scout', value: { found: 7 } }).found,
    ).toBe(7);
  });

  it('keeps the first fifty retries only', () => {
    const retry = { type: 'task.retried', taskId: '1', agent: 'ada', error: 'no' };
    const board = boardAfter(
      submitted('1'),
      ...Array.from({ length: 60 }, () => [started('1'), retry]).flat(),
    );

    expect(board.retried).toBe(60);
    expect(board.retries).toHaveLength(50);
  });
});
