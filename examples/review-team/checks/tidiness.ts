import type { CheckResult, Finding } from '../facts.ts';
import type { Shelf } from '../shelf.ts';
import { bytes } from '../words.ts';
import { toResult } from './result.ts';

const HUGE = 10 * 1024 * 1024;

/** Gathers what needs no judging: marks left in comments, very large and binary files, files nobody could read. */
export function checkTidiness(shelf: Shelf): CheckResult {
  return toResult([...marks(shelf), ...skimmed(shelf), ...unread(shelf)]);
}

function marks(shelf: Shelf): Finding[] {
  return shelf.of('markdown', 'source', 'text').flatMap(({ path, marks }) =>
    marks.map(({ line, tag, text }) => ({
      kind: 'mark',
      severity: tag === 'FIXME' ? 'low' : 'note',
      path,
      line,
      message: text === '' ? tag : `${tag}: ${text}`,
      weight: 1,
    })),
  );
}

function skimmed(shelf: Shelf): Finding[] {
  return shelf.of('large', 'binary').map(({ kind, path, size }) => ({
    kind,
    severity: size < HUGE ? 'note' : 'low',
    path,
    line: 0,
    message: kind === 'large' ? `${bytes(size)} of text, too large to read whole` : `binary, ${bytes(size)}`,
    weight: size,
  }));
}

function unread(shelf: Shelf): Finding[] {
  return shelf.of('unread').map(({ path, problem }) => ({
    kind: 'unread',
    severity: 'medium',
    path,
    line: 0,
    message: `not read: ${problem}`,
    weight: 1,
  }));
}
