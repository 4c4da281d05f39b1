import type { HandlerContext } from '../../src/index.ts';
import type { FakeClock } from '../../src/testing/index.ts';

/** What happened in an example, in true order: `+a` when `a` began, `a` when it was done, `-a` when it was stopped. */
export type Log = string[];

/** Makes the code of steps that take so many seconds, and give back their name. */
export function worker(clock: FakeClock, log: Log = []) {
  return (name: string, seconds: number) =>
    (_input: unknown, { signal }: HandlerContext): Promise<string> => {
      log.push(`+${name}`);
      return new Promise((resolve, reject) => {
        const timer = clock.schedule(() => {
          log.push(name);
          resolve(name);
        }, seconds * 1_000);
        signal.addEventListener('abort', () => {
          log.push(`-${name}`);
          timer.cancel();
          reject(signal.reason);
        });
      });
    };
}
