/** Numbers that look like chance and come again with the same seed: xorshift, 32 bits (G. Marsaglia, 2003). */
export class Chance {
  #state: number;

  /** @param seed A whole number from 1 up. */
  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) | 1;
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % limit;
  }

  /** One of the keys, each as often as its weight says. */
  weighted<K extends string>(table: readonly (readonly [key: K, weight: number])[]): K {
    let left = this.below(table.reduce((sum, [, weight]) => sum + weight, 0));
    for (const [key, weight] of table) {
      left -= weight;
      if (left < 0) return key;
    }
    throw new RangeError('the weights are not whole numbers above zero');
  }
}
