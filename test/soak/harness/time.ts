/** The next turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Real time: `ms` milliseconds or a little more. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Fulfils when `signal` aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Waits until `isTrue`, at most `limitMs`. Returns whether it became true. */
export async function until(isTrue: () => boolean, limitMs: number): Promise<boolean> {
  const giveUpAt = performance.now() + limitMs;
  while (!isTrue()) {
    if (performance.now() >= giveUpAt) return false;
    await sleep(1);
  }
  return true;
}

/** Does `work` for each number from 0 to below `count`, never more than `lanes` of them at once. */
export async function inLanes(
  count: number,
  lanes: number,
  work: (number: number, lane: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const follow = async (lane: number): Promise<void> => {
    for (let done = 1; next < count; done++) {
      await work(next++, lane);
      // What settles in microtasks alone would let no timer run.
      if (done % 4 === 0) await turn();
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, lane) => follow(lane)));
}
