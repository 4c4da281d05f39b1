// A million requests in one process, every tenth with a fault, through topics and through agents. Nothing may be lost,
// settled twice, or answered with what belongs to another; the counters must add up; nothing may be left.
// Run: npm run soak:requests. Faults can be planted with --plant, to see that they are found.

import process from 'node:process';
import { Chance } from './harness/chance.ts';
import { Complaints } from './harness/complaints.ts';
import { heldBytes } from './harness/heap.ts';
import { readOptions, type SoakOptions, usage } from './harness/options.ts';
import { inLanes, sleep, turn, until } from './harness/time.ts';
import { Verdict } from './harness/verdict.ts';
import { flood } from './million/flood.ts';
import { ForgingTransport } from './million/forging-transport.ts';
import { agentName, House, topicName } from './million/house.ts';
import { judge } from './million/judge.ts';
import { Ledger } from './million/ledger.ts';
import { type Question, Questions } from './million/question.ts';

const plants = ['answers-other', 'keeps-outputs', 'unknown-request', 'unhandled', 'never-settles'] as const;
type Plant = (typeof plants)[number];

/** How long a request waits whose fate is not to wait in vain. */
const PLENTY_MS = 30_000;
const IN_FLIGHT = 500;

class Caller {
  readonly house: House;
  readonly ledger: Ledger;
  /** Asks for agents that were refused, as the agent was away. */
  refused = 0;
  readonly #transport: ForgingTransport;
  readonly #plant: Plant | undefined;
  readonly #kept: unknown[] = [];

  constructor(house: House, transport: ForgingTransport, ledger: Ledger, plant: Plant | undefined) {
    this.house = house;
    this.#transport = transport;
    this.ledger = ledger;
    this.#plant = plant;
  }

  async send(question: Question): Promise<void> {
    this.ledger.send();
    try {
      const output = await this.#ask(question);
      this.ledger.answered(question, output);
      if (this.#plant === 'keeps-outputs') this.#kept.push(new Array(128).fill(output));
    } catch (error) {
      this.ledger.failed(question, error, this.#transport.refused.has(question.nonce));
      this.#transport.refused.delete(question.nonce);
    }
  }

  #ask(question: Question): Promise<unknown> {
    const { path, receiver, priority, fate, nonce, sender } = question;
    const { coordinator } = this.house;
    const timeout = fate === 'hangs' || fate === 'late' ? 2 + (nonce % 10) : PLENTY_MS;
    const options = { timeout, priority, ...(fate === 'given-up' ? { signal: soonAborted() } : {}) };
    switch (path) {
      case 'topic':
        return coordinator.messages.request(topicName(receiver), question, {
          ...options,
          sender: `${sender}`,
        });
      case 'agent-topic':
        return coordinator.messages.request(`agent.${agentName(receiver)}`, question, options);
      case 'agent':
        if (this.house.isAway(receiver)) this.refused++;
        return coordinator.ask(agentName(receiver), question, options);
      default:
        return coordinator.ask({ capabilities: [path] }, question, options);
    }
  }
}

function soonAborted(): AbortSignal {
  const controller = new AbortController();
  setImmediate(() => controller.abort('the caller has given up'));
  return controller.signal;
}

async function run({ count, seed, plant, json }: SoakOptions<Plant>): Promise<void> {
  const complaints = new Complaints();
  const transport = new ForgingTransport(new Chance(seed + 1), plant === 'answers-other');
  const house = new House(transport);
  const ledger = new Ledger(count);
  const caller = new Caller(house, transport, ledger, plant);
  const questions = new Questions(new Chance(seed));
  const verdict = new Verdict(`${count.toLocaleString('en')} requests, seed ${seed}`);
  const { messages } = house.coordinator;
  let unbalanced = 0;
  const one = async (nonce: number): Promise<void> => {
    if (nonce % 1_000 === 0) {
      const { requested, replied, failed, timedOut, cancelled, pending } = messages.stats();
      if (requested !== replied + failed + timedOut + cancelled + pending) unbalanced++;
    }
    await caller.send(questions.make(nonce));
  };

  // What every further request needs, too, is there after the first tenth.
  const warm = Math.floor(count / 10);
  const startedAt = performance.now();
  await inLanes(warm, IN_FLIGHT, one);
  const heapBefore = await heldBytes();
  await inLanes(count - warm, IN_FLIGHT, (number) => one(warm + number));
  const seconds = (performance.now() - startedAt) / 1_000;

  if (plant === 'unknown-request')
    await messages.request(topicName(0), { ...questions.make(0), fate: 'well' });
  if (plant === 'unhandled') void Promise.reject(new Error('planted'));
  if (plant === 'never-settles')
    messages.request(topicName(0), { ...questions.make(1), fate: 'hangs' }).catch(() => {});

  const { coordinator } = house;
  const isIdle = () => coordinator.stats().handlers === 0 && coordinator.stats().deadlines === 0;
  await until(isIdle, 2_000);
  await sleep(20);
  const heapGrowth = (await heldBytes()) - heapBefore;
  verdict.figure('seconds', seconds);
  verdict.figure('requests a second', Math.round(count / seconds));
  verdict.figure('heap growth after the first tenth, KiB', Math.round(heapGrowth / 1_024));
  verdict.promise(
    'less than 10 MiB of heap growth',
    heapGrowth < 10 * 2 ** 20,
    `${(heapGrowth / 2 ** 20).toFixed(2)} MiB`,
  );
  verdict.equal('counters of requests add up while work goes on', unbalanced, 0);
  judge(verdict, { caller, transport, house, ledger, count });
  let closed = false;
  void coordinator.close().then(() => {
    closed = true;
  });
  const closes = await until(() => closed, 3_000);
  verdict.promise('close() ends within its grace period', closes, closes ? 'yes' : 'not within 3 s');
  await flood(verdict, count);
  await turn();
  complaints.end();
  verdict.promise('no unhandled rejection and no warning', complaints.count === 0, complaints.first ?? 0);
  verdict.print(json);
}

const options = readOptions(process.argv.slice(2), plants);
if (options === 'help') console.log(usage(plants));
else await run(options);
