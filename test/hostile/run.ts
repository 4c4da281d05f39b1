import { fileURLToPath } from 'node:url';
import { type Case, idOf } from './case.ts';
import { cases } from './cases.ts';
import { knownFailures } from './known-failures.ts';
import { ProcessWatch, survives } from './survives.ts';

/** Runs cases one after the other; what went wrong, and which known failures failed no more. */
export async function faultsOf(tests: readonly Case[]): Promise<string[]> {
  const watch = new ProcessWatch();
  const faults: string[] = [];
  watch.start();
  try {
    for (const test of tests) {
      const fault = await survives(test, watch);
      const reason = knownFailures.get(idOf(test));
      if (reason === undefined && fault !== undefined) faults.push(fault);
      if (reason !== undefined && fault === undefined) {
        faults.push(`${idOf(test)}: passes, and is listed as a known failure: ${reason}`);
      }
    }
  } finally {
    watch.stop();
  }
  return faults;
}

/** What becomes of whoever looks for `__proto__`. */
function protoOf(object: object): 'given' | 'thrown' | 'missing' {
  try {
    return Reflect.get(object, '__proto__') === Object.prototype ? 'given' : 'missing';
  } catch {
    return 'thrown';
  }
}

// As a program it runs all of them, or those whose id has the text that it is given, without a test runner, for processes with flags of their own.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [part = ''] = process.argv.slice(2);
  const faults = await faultsOf(cases.filter((test) => idOf(test).includes(part)));
  for (const fault of faults) console.error(fault);
  const frozen = Object.isFrozen(Array.prototype);
  console.log(JSON.stringify({ cases: cases.length, faults: faults.length, frozen, proto: protoOf({}) }));
  process.exitCode = faults.length === 0 ? 0 : 1;
}
