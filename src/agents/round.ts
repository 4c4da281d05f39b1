/** Those who take turns: a queue in one array, whose length is a power of two, so that a round stays close together. */
export class Round<T> {
  #items: (T | undefined)[] = [undefined];
  #start = 0;
  #size = 0;

  /** Whose turn it is. */
  get first(): T | undefined {
    return this.#items[this.#start];
  }

  /** Adds at the end of the round. */
  push(item: T): void {
    if (this.#size === this.#items.length) this.#arrange(this.#inOrder(), 2 * this.#size);
    this.#items[this.#at(this.#size++)] = item;
  }

  /** Takes out whose turn it is. */
  shift(): void {
    this.#items[this.#start] = undefined;
    this.#start = this.#at(1);
    this.#size--;
  }

  /** Puts whose turn it is at the end of the round. */
  goOn(): void {
    const { first } = this;
    this.#items[this.#start] = undefined;
    this.#items[this.#at(this.#size)] = first;
    this.#start = this.#at(1);
  }

  /** Looks at each, as leaving is rare. */
  remove(item: T): void {
    this.#arrange(
      this.#inOrder().filter((other) => other !== item),
      this.#items.length,
    );
  }

  #at(place: number): number {
    return (this.#start + place) & (this.#items.length - 1);
  }

  #inOrder(): (T | undefined)[] {
    return Array.from({ length: this.#size }, (_, place) => this.#items[this.#at(place)]);
  }

  #arrange(items: (T | undefined)[], length: number): void {
    this.#size = items.length;
    this.#start = 0;
    this.#items = [...items, ...new Array(length - items.length)];
  }
}
