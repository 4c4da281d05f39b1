/** An agent as the choice sees it. */
export interface LimitAgent {
  readonly name: string;
  readonly capabilities: ReadonlySet<string>;
  load: number;
}

/** What is known of one set of capabilities, as far as it has been followed. */
class Node<A> {
  readonly next: Map<string, Node<A>> = new Map();
  agents: readonly A[] | undefined;
  /** Where the next scan begins. */
  start = 0;
}

/**
 * The least code for choosing an agent by capabilities and load: the candidates of a set of capabilities are
 * kept, and their loads scanned from a moving start up to the first idle one. They are found by a Map for each
 * capability; one Map by the joined names would be shorter to write and takes three times as long.
 */
export class ChoiceLimit<A extends LimitAgent> {
  readonly #agents: readonly A[];
  readonly #root = new Node<A>();

  constructor(agents: readonly A[]) {
    this.#agents = agents;
  }

  /** Takes the least loaded agent that has all these capabilities, and adds one to its load. */
  choose(capabilities: readonly string[]): A | undefined {
    let node = this.#root;
    for (const capability of capabilities) node = node.next.get(capability) ?? this.#follow(node, capability);
    node.agents ??= this.#agents.filter((agent) =>
      capabilities.every((name) => agent.capabilities.has(name)),
    );
    const { agents } = node;
    let best: A | undefined;
    let at = node.start;
    for (let seen = 0; seen < agents.length; seen += 1) {
      const agent = agents[at]!;
      at = at + 1 === agents.length ? 0 : at + 1;
      if (best === undefined || agent.load < best.load) best = agent;
      if (best.load === 0) break;
    }
    node.start = at;
    if (best) best.load += 1;
    return best;
  }

  release(agent: A): void {
    agent.load -= 1;
  }

  #follow(node: Node<A>, capability: string): Node<A> {
    const made = new Node<A>();
    node.next.set(capability, made);
    return made;
  }
}
