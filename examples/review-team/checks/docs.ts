import type { CheckResult, Finding } from '../facts.ts';
import { isAside, stem } from '../places.ts';
import type { Shelf } from '../shelf.ts';
import { count } from '../words.ts';
import { toResult } from './result.ts';

const DECLARATION = /\.d\.[cm]?ts$/;
const JAVASCRIPT = /\.[cm]?jsx?$/;
const NAMED = 8;

/**
 * Finds files with exported symbols that no comment explains, one finding a file. Tests and tool
 * configuration are left out, and so is JavaScript that has a declaration file beside it: that one is read.
 */
export function checkDocs(shelf: Shelf): CheckResult {
  const sources = shelf.of('source');
  const declared = new Set(
    sources.filter(({ path }) => DECLARATION.test(path)).map(({ path }) => stem(path)),
  );
  const findings = sources
    .filter(({ path, bare }) => bare.length > 0 && !isAside(path) && !/\.config\.[^/]+$/.test(path))
    .filter(({ path }) => !(JAVASCRIPT.test(path) && declared.has(stem(path))))
    .map(({ path, bare }): Finding => {
      const names = bare.slice(0, NAMED).map(({ name }) => name);
      const rest = bare.length > NAMED ? ` and ${bare.length - NAMED} more` : '';
      return {
        kind: 'undocumented',
        severity: 'low',
        path,
        line: bare[0]?.line ?? 0,
        message: `${count(bare.length, 'export')} without documentation: ${names.join(', ')}${rest}`,
        weight: bare.length,
      };
    });
  return toResult(findings);
}
