import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Board, type TeamEvent } from '../../../examples/review-team/board.ts';
import { frame, liveView, plainView } from '../../../examples/review-team/view.ts';

function makeScreen(columns = 80, rows = 24) {
  const written: string[] = [];
  return { columns, rows, hasColors: false, write: (text: string) => void written.push(text), written };
}

function makeBoard(): Board {
  const board = new Board(
    [
      { id: 'survey', after: [], target: 'survey' },
      { id: 'read', after: ['survey'], target: 'read-file' },
    ],
    ['scout', 'reader-1'],
    0,
  );
  const events: readonly TeamEvent[] = [
    { type: 'step.started', at: 0, step: 'survey' },
    { type: 'task.progressed', at: 5, taskId: 's', value: { found: 4 } },
    { type: 'step.completed', at: 10, step: 'survey' },
    { type: 'step.started', at: 10, step: 'read' },
    { type: 'task.submitted', at: 10, taskId: '1', target: 'read-file' },
    { type: 'task.submitted', at: 10, taskId: '2', target: 'read-file' },
    { type: 'task.started', at: 10, taskId: '1', agent: 'reader-1' },
    { type: 'task.completed', at: 20, taskId: '1', agent: 'reader-1' },
    { type: 'task.started', at: 20, taskId: '2', agent: 'reader-1' },
  ];
  for (const event of events) board.apply(event);
  return board;
}

describe('frame', () => {
  it('shows files, queue, steps and agents', () => {
    expect(frame('Review', makeBoard(), 1_500, makeScreen())).toEqual([
      'Review  1.5 s',
      '██████░░░░░░░░░░░░░░░░░░  1 of 4 files read',
      'queue: 0 waiting, 1 running',
      '✓ survey 10 ms   ● read 1.5 s',
      '  scout     · idle              0 done',
      '  reader-1  ● 1 in hand         1 done',
    ]);
  });

  it('never writes a line wider than the screen, coloured or not', () => {
    for (const hasColors of [true, false]) {
      for (const line of frame('A long title for a narrow screen', makeBoard(), 0, {
        ...makeScreen(20),
        hasColors,
      })) {
        expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(20);
      }
    }
  });

  it('shows nothing of a title that would steer the terminal', () => {
    expect(frame('a\x1b[2Jb\nc', makeBoard(), 0, makeScreen())[0]).toBe('a [2Jb c  0 ms');
  });
});

describe('liveView', () => {
  it('draws over what it drew before, and never more lines than the screen has', () => {
    const screen = makeScreen(80, 5);
    const view = liveView('Review', makeBoard(), screen);

    view.draw(10);
    view.draw(20);

    expect(screen.written[0]?.split('\n')).toHaveLength(5);
    expect(screen.written[1]?.startsWith('\x1b[4A\x1b[0J')).toBe(true);
  });
});

describe('plainView', () => {
  it('writes a line for each step that ends and each quarter of the files', () => {
    const screen = makeScreen();
    const board = makeBoard();
    const view = plainView('Review', board, screen);

    for (const event of [
      { type: 'task.completed', at: 30, taskId: '2', agent: 'reader-1' },
      { type: 'step.completed', at: 40, step: 'read' },
    ] satisfies TeamEvent[]) {
      board.apply(event);
      view.onEvent(event);
    }

    expect(screen.written).toEqual(['Review\n', 'read: 2 of 4 files read\n', 'read: completed 30 ms\n']);
  });
});
