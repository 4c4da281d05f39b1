import { type Agent, Coordinator, defineAgent, type Transport } from '../../../src/index.ts';
import { aborted, sleep, turn } from '../harness/time.ts';
import { type Answer, FIRST_GUEST, PlannedError, type Question, RECEIVERS, StartOrder } from './question.ts';

type Work = (question: Question, context: { readonly signal: AbortSignal }) => unknown;

const AWAY_MS = 1;

/** The coordinator under test, its receivers, and what they saw. */
export class House {
  readonly coordinator: Coordinator;
  readonly order: StartOrder = new StartOrder();
  /** Answers that handlers of topics gave after the sender had gone; the broker must count as many. */
  lateAtTopics = 0;
  /** Times that a guest was taken out in the middle of its work. */
  departures = 0;
  readonly #agents: readonly Agent<Question, unknown>[];
  /** How to end the responder of each topic that has one. */
  readonly #responders = new Map<number, () => void>();

  constructor(transport: Transport) {
    this.#agents = Array.from({ length: RECEIVERS }, (_, number) =>
      defineAgent(agentName(number), {
        capabilities: number < FIRST_GUEST ? ['steady', 'any'] : ['any'],
        concurrency: 64,
        handle: this.#workOf(number, () => this.#dismiss(number)),
      }),
    );
    this.coordinator = new Coordinator({ agents: this.#agents, messages: { transport }, grace: '1s' });
    for (let number = 0; number < RECEIVERS; number++) this.#respond(number);
  }

  /** Whether a task for that agent is refused at once. */
  isAway(agent: number): boolean {
    return this.coordinator.agents.get(agentName(agent)) === undefined;
  }

  #respond(number: number): void {
    const work = this.#workOf(number, () => this.#withdraw(number));
    const end = this.coordinator.messages.respond(topicName(number), work, { concurrency: 64 });
    this.#responders.set(number, end);
  }

  #withdraw(number: number): void {
    const end = this.#responders.get(number);
    if (end === undefined) return;
    this.departures++;
    this.#responders.delete(number);
    end();
    setTimeout(() => this.#respond(number), AWAY_MS);
  }

  #dismiss(number: number): void {
    if (this.isAway(number)) return;
    this.departures++;
    void this.coordinator.agents.unregister(agentName(number));
    setTimeout(() => this.coordinator.agents.register(this.#agents[number]!), AWAY_MS);
  }

  #workOf(by: number, leave: () => void): Work {
    return (question, { signal }) => {
      const { nonce, sender, receiver, fate, path } = question;
      const answer: Answer = { nonce, sender, receiver, by };
      if (path !== 'steady' && path !== 'any') this.order.started(question);
      switch (fate) {
        case 'well':
          return answer;
        case 'waits':
          return Promise.resolve().then(() => answer);
        case 'throws':
          throw new PlannedError(nonce);
        case 'rejects':
          return turn().then(() => Promise.reject(new PlannedError(nonce)));
        case 'hangs':
          return aborted(signal).then(() => this.#late(question, Promise.reject(signal.reason)));
        case 'late':
        case 'given-up':
          return aborted(signal)
            .then(() => sleep(1))
            .then(() => this.#late(question, answer));
        case 'twice':
          return settlesTwice(answer, new PlannedError(-1));
        case 'leaves':
          leave();
          return answer;
      }
    };
  }

  #late<T>({ path }: Question, outcome: T): T {
    if (path === 'topic') this.lateAtTopics++;
    return outcome;
  }
}

/** The topic of a receiver. */
export function topicName(number: number): string {
  return `desk.${number}`;
}

/** The name of a receiver that is an agent. */
export function agentName(number: number): string {
  return `clerk-${number}`;
}

/** What no promise does: it tells an output, another one, and an error. */
function settlesTwice(output: unknown, error: unknown): PromiseLike<unknown> {
  const thenable = {
    then(fulfilled: (value: unknown) => void, rejected: (error: unknown) => void): void {
      fulfilled(output);
      fulfilled({ nonce: -1 });
      rejected(error);
    },
  };
  return thenable as PromiseLike<unknown>;
}
