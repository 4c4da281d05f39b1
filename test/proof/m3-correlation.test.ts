import { defineAgent, type HandlerContext } from '../../src/index.ts';
import { type End, ensure, follow, notice, pick, prove, whole } from './support/prove.ts';

// M3. An answer belongs to its request: what comes back names the number, the sender and the receiver that were in the
// request, however messages and answers between nodes are lost, repeated, delayed, overtaken and cut off, and whichever
// node crashes meanwhile.

interface Question {
  readonly nonce: number;
  readonly to: string;
}
interface Answer extends Question {
  readonly from: string | undefined;
}
interface Entry extends Question {
  readonly from: string;
  /** Which life of the sender asked. */
  readonly life: number;
  end: End | undefined;
}

const names = ['n1', 'n2', 'n3'];

prove(
  'brings every answer to its own request',
  {
    faults: {
      messageLost: 0.05,
      messageDuplicated: 0.2,
      messageDelayed: 0.2,
      messageReordered: 0.2,
      handlerSlow: 0.1,
      handlerError: 0.05,
      partition: 0.01,
      crash: 0.005,
    },
    latency: 50,
    atLeast: {
      answered: 5_000,
      TIMEOUT: 300,
      messageDuplicated: 1_000,
      messageDelayed: 1_000,
      messageReordered: 1_000,
      partition: 50,
      crash: 50,
    },
  },
  async (sim, count) => {
    const ledger: Entry[] = [];
    const nodes = names.map((name) =>
      sim.node(name, (node) => {
        const answer = async ({ nonce }: Question, from: string | undefined): Promise<Answer> => ({
          nonce,
          to: name,
          from,
        });
        const serve = node.step(name, ([body, from]: [Question, string], _context: HandlerContext) =>
          answer(body, from),
        );
        const agent = defineAgent(`of-${name}`, {
          concurrency: 2,
          // An agent is not told who sent what came to its topic.
          handle: (body: Question & { from: string }) => answer(body, body.from),
        });
        const { messages } = node.coordinator({ agents: [agent], messages: { timeout: '3s' } });
        messages.respond(
          `to.${name}`,
          (body: Question, { message }) => serve([body, message.sender as string], undefined as never),
          { concurrency: 2 },
        );
      }),
    );

    for (let nonce = 1; nonce <= 12; nonce++) {
      const asker = pick(sim, nodes);
      const to = pick(sim, names);
      const { current, restarts: life } = asker;
      if (current !== undefined) {
        const entry: Entry = { nonce, from: asker.name, to, life, end: undefined };
        ledger.push(entry);
        const topic = pick(sim, [`to.${to}`, `agent.of-${to}`]);
        const body = { nonce, to, from: asker.name };
        follow(sim, current.messages.request(topic, body, { sender: asker.name }), (end) => {
          entry.end = end;
          count(end.isOutput ? 'answered' : String(end.code));
          if (!end.isOutput) return;
          const got = end.value as Answer;
          const fits = got.nonce === nonce && got.to === to && got.from === asker.name;
          ensure(fits, () => `request ${JSON.stringify(body)} got ${JSON.stringify(got)}`);
          sim.log(`${nonce} is answered`);
        });
      }
      await sim.advance(whole(sim, 0, 30));
    }

    await sim.eventually('every request of a node that lives has ended', () =>
      ledger.every(
        ({ from, life, end }) =>
          end !== undefined || nodes.some((n) => n.name === from && n.restarts !== life),
      ),
    );
  },
);

prove(
  'takes a request once, though the network brings it twice and the answer late',
  {
    faults: { messageDuplicated: 0.3, messageDelayed: 0.3 },
    latency: 20,
    atLeast: { taken: 4_000, messageDuplicated: 400, messageDelayed: 400 },
  },
  async (sim, count) => {
    const taken = new Set<number>();
    const take = (nonce: number): void =>
      notice(sim, () => {
        ensure(!taken.has(nonce), () => `the handler is called for request ${nonce} once more`);
        taken.add(nonce);
        count('taken');
      });
    sim.node('n2', (node) => {
      node.coordinator().messages.respond('there', (nonce: number) => take(nonce));
    });
    const asker = sim.node('n1', (node) => void node.coordinator());
    for (let nonce = 1; nonce <= 6; nonce++) {
      follow(sim, asker.current!.messages.request('there', nonce), () => {});
      await sim.advance(whole(sim, 0, 30));
    }
    await sim.advance('1m');
  },
);
