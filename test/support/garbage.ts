import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Whether nothing holds what `ref` points to any more. */
export async function isFree(ref: WeakRef<object>): Promise<boolean> {
  // What a WeakRef was asked for, or made of, lives until the turn is over.
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  return ref.deref() === undefined;
}
