import { posix } from 'node:path';

const ASIDE =
  /(^|\/)(tests?|__tests__|__mocks__|specs?|fixtures?|bench(marks?)?)\/|[.-](test|spec|bench)(-d)?\.[^/]+$/i;

/** Whether a file is there to try or measure other files: tests, fixtures, benchmarks. */
export function isAside(path: string): boolean {
  return ASIDE.test(path);
}

/** The path without the extension of code: `a.d.mts` and `a.js` give `a`. */
export function stem(path: string): string {
  return path.replace(/(\.d)?\.[cm]?[jt]sx?$/i, '');
}

/** Resolves `target`, written in the file `from`; undefined when it leads out of the folder. */
export function resolveWithin(from: string, target: string): string | undefined {
  const path = posix.normalize(posix.join(posix.dirname(from), target)).replace(/\/$/, '');
  return path === '..' || path.startsWith('../') ? undefined : path;
}
