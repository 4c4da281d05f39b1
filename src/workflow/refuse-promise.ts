import { InvalidOptionsError } from '../kernel/errors.ts';
import { ignore, isThenable } from '../kernel/functions.ts';

/** Some code answers at once: a promise must neither pass for an answer nor reject unheard. @throws InvalidOptionsError */
export function refusePromise(owner: string, option: string, answer: unknown): void {
  if (!isThenable(answer)) return;
  Promise.resolve(answer).catch(ignore);
  throw new InvalidOptionsError(owner, option, 'a function that answers at once', answer);
}
