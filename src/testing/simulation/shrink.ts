/**
 * Finds a small part of `items` that still fails, by leaving out larger and then smaller pieces (ddmin: Zeller and
 * Hildebrandt 2002). Ends after `tries` trials with what it has.
 */
export async function smallest<T>(
  items: readonly T[],
  tries: number,
  fails: (some: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let left = items;
  let pieces = 2;
  let tried = 0;
  if (left.length > 0 && (await fails([]))) return [];
  while (left.length > 1 && tried < tries) {
    const size = Math.ceil(left.length / pieces);
    let found = false;
    for (let start = 0; start < left.length && tried < tries && !found; start += size) {
      const rest = [...left.slice(0, start), ...left.slice(start + size)];
      tried++;
      if (!(await fails(rest))) continue;
      left = rest;
      pieces = Math.max(2, pieces - 1);
      found = true;
    }
    if (found) continue;
    if (pieces >= left.length) break;
    pieces = Math.min(left.length, 2 * pieces);
  }
  return left;
}
