/** A graph of steps: for each the numbers of those before it, all smaller than its own. */
export type Shape = readonly (readonly number[])[];

/** Every graph without a cycle of so many steps, once: of those that differ only in the names of their steps, one. */
export function shapesOf(size: number): readonly Shape[] {
  const pairs: (readonly [number, number])[] = [];
  for (let step = 0; step < size; step++)
    for (let before = 0; before < step; before++) pairs.push([before, step]);
  const found = new Map<string, Shape>();
  for (let chosen = 0; chosen < 2 ** pairs.length; chosen++) {
    const edges = pairs.filter((_, place) => (chosen >> place) & 1);
    const name = canonical(size, edges);
    if (!found.has(name))
      found.set(
        name,
        Array.from({ length: size }, (_, step) =>
          edges.filter(([, to]) => to === step).map(([from]) => from),
        ),
      );
  }
  return [...found.values()];
}

const orders = new Map<number, readonly (readonly number[])[]>();

/** The least of the texts that a graph has under all names of its steps. */
function canonical(size: number, edges: readonly (readonly [number, number])[]): string {
  let least: string | undefined;
  let all = orders.get(size);
  if (all === undefined) {
    all = permutations(Array.from({ length: size }, (_, step) => step));
    orders.set(size, all);
  }
  for (const order of all) {
    const text = edges
      .map(([from, to]) => `${order[from]}${order[to]}`)
      .sort()
      .join(' ');
    if (least === undefined || text < least) least = text;
  }
  return least!;
}

function permutations(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((first) =>
    permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]),
  );
}
