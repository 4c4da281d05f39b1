/** A value that was filed under a topic pattern. */
interface Entry<T> {
  readonly order: number;
  readonly value: T;
}

class Node<T> {
  /** Below each further part; `*` is a part like any other here. */
  readonly children: Map<string, Node<T>> = new Map();
  /** Patterns that end here. */
  readonly here: Entry<T>[] = [];
  /** Patterns that end in `>` here. */
  readonly rest: Entry<T>[] = [];

  get isEmpty(): boolean {
    return this.children.size === 0 && this.here.length === 0 && this.rest.length === 0;
  }
}

/** Topics whose receivers are kept ready; beyond it the table is made anew. */
const READY_LIMIT = 4_096;

/**
 * Values filed under topic patterns, found by topic: a tree of parts in which `*` and `>` are branches.
 *
 * The answer for a topic is kept ready until a pattern is added or removed.
 */
export class TopicTable<T> {
  readonly #root = new Node<T>();
  readonly #ready = new Map<string, readonly T[]>();
  #order = 0;
  #size = 0;

  /** How many values are filed. */
  get size(): number {
    return this.#size;
  }

  /** Files `value`. Returns a function that takes it out again. */
  add(pattern: string, value: T): () => void {
    const entry: Entry<T> = { order: this.#order++, value };
    this.#change(pattern, (list) => list.push(entry));
    this.#size++;
    let filed = true;
    return () => {
      if (!filed) return;
      filed = false;
      this.#size--;
      this.#change(pattern, (list) => list.splice(list.indexOf(entry), 1));
    };
  }

  /** Every value whose pattern matches `topic`, in the order of filing. Never changed once returned. */
  match(topic: string): readonly T[] {
    let values = this.#ready.get(topic);
    if (values === undefined) {
      values = this.#search(topic);
      if (this.#ready.size >= READY_LIMIT) this.#ready.clear();
      this.#ready.set(topic, values);
    }
    return values;
  }

  #change(pattern: string, change: (list: Entry<T>[]) => void): void {
    const parts = pattern.split('.');
    const open = parts.at(-1) === '>';
    if (open) parts.pop();
    const path: Node<T>[] = [this.#root];
    for (const part of parts) {
      const parent = path.at(-1) as Node<T>;
      let child = parent.children.get(part);
      if (child === undefined) {
        child = new Node<T>();
        parent.children.set(part, child);
      }
      path.push(child);
    }
    const end = path.at(-1) as Node<T>;
    change(open ? end.rest : end.here);
    for (let depth = path.length - 1; depth > 0 && path[depth]?.isEmpty; depth--) {
      path[depth - 1]?.children.delete(parts[depth - 1] as string);
    }
    this.#ready.clear();
  }

  #search(topic: string): readonly T[] {
    const found: Entry<T>[] = [];
    let level: Node<T>[] = [this.#root];
    for (const part of topic.split('.')) {
      const below: Node<T>[] = [];
      for (const node of level) {
        for (const entry of node.rest) found.push(entry);
        const exact = node.children.get(part);
        if (exact !== undefined) below.push(exact);
        const any = node.children.get('*');
        if (any !== undefined) below.push(any);
      }
      level = below;
      if (level.length === 0) break;
    }
    for (const node of level) for (const entry of node.here) found.push(entry);
    return found.sort((a, b) => a.order - b.order).map((entry) => entry.value);
  }
}

/** Tells whether `topic` follows `pattern`, in time that grows with their lengths only. */
export function matchesTopic(pattern: string, topic: string): boolean {
  const wanted = pattern.split('.');
  const parts = topic.split('.');
  if (wanted.at(-1) === '>') {
    wanted.pop();
    if (parts.length <= wanted.length) return false;
  } else if (parts.length !== wanted.length) {
    return false;
  }
  return wanted.every((part, index) => part === '*' || part === parts[index]);
}
