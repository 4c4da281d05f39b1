import type { CheckResult, Finding, FunctionShape } from '../facts.ts';
import type { Shelf } from '../shelf.ts';
import { toResult } from './result.ts';

/** From how many lines of its own a function is long, and from how many lines it is very long. */
const LONG = { from: 60, very: 150 } as const;

/** From how many control statements around one statement a function is deep, and very deep. */
const DEEP = { from: 5, very: 7 } as const;

/** Finds functions that are long or deeply nested. One that is both is found twice. */
export function checkComplexity(shelf: Shelf): CheckResult {
  const findings = shelf
    .of('source')
    .flatMap(({ path, functions }) => functions.flatMap((shape) => [...judge(path, shape)]));
  return toResult(findings);
}

function* judge(path: string, { name, line, lines, depth }: FunctionShape): Generator<Finding> {
  const about = { path, line };
  if (lines >= LONG.from) {
    const severity = lines >= LONG.very ? 'medium' : 'low';
    yield {
      ...about,
      kind: 'long',
      severity,
      message: `${name} has ${lines} lines of its own`,
      weight: lines,
    };
  }
  if (depth >= DEEP.from) {
    const severity = depth >= DEEP.very ? 'medium' : 'low';
    yield { ...about, kind: 'deep', severity, message: `${name} nests ${depth} levels deep`, weight: depth };
  }
}
