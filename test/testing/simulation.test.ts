import { afterEach, describe, expect, it, vi } from 'vitest';
import { Coordinator, defineAgent, defineWorkflow, TimeoutError } from '../../src/index.ts';
import {
  type FaultRates,
  type Scenario,
  type Simulation,
  SimulationError,
  simulate,
} from '../../src/testing/index.ts';

const adder = () => defineAgent('adder', { concurrency: 2, handle: async (n: number) => n + 1 });
const doubler = () => defineAgent('doubler', { handle: async (n: number) => n * 2 });

/** Two agents and a workflow of five steps. */
function house(sim: Simulation) {
  const [add, double] = [adder(), doubler()];
  const workflow = defineWorkflow<number>('sum', { policy: { attempts: 5, timeout: '20s' } })
    .step('left', { run: add, input: ({ input }) => input })
    .step('right', { run: double, input: ({ input }) => input })
    .step('sum', { run: ({ left, right }) => left + right, after: ['left', 'right'] })
    .step('more', { run: add, after: ['sum'], input: ({ sum }) => sum })
    .step('end', { run: double, after: ['more'], input: ({ more }) => more })
    .output(({ end }) => end);
  return { coordinator: sim.coordinator({ agents: [add, double] }), add, workflow };
}

const everything: FaultRates = {
  handlerError: true,
  handlerHang: 0.05,
  handlerSlow: true,
  messageLost: 0.05,
  messageDuplicated: true,
  messageDelayed: true,
  messageReordered: true,
  loopStall: 0.02,
  wallJump: 0.02,
};

const runs: Scenario = async (sim) => {
  const { coordinator, workflow } = house(sim);
  await coordinator.run(workflow, sim.seed).catch((error: unknown) => {
    if ((error as { code?: string }).code !== 'RUN_FAILED') throw error;
  });
};

async function failureOf(work: Promise<unknown>): Promise<SimulationError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SimulationError);
  return error as SimulationError;
}

afterEach(() => vi.unstubAllEnvs());

describe('a simulation', () => {
  it('goes the same way for the same seed, in every version of Node', async () => {
    const report = await simulate({ seeds: 200, faults: everything, twice: true }, runs);

    expect(report).toMatchObject({ simulations: 200, digest: '39c3fee55b8df0a2' });
  });

  it('goes another way for another seed: what is due at once comes in either order', async () => {
    const orders = new Set<string>();
    await simulate({ seeds: 20 }, async (sim) => {
      const order: string[] = [];
      const note = async (name: string) => {
        await sim.advance(10);
        order.push(name);
      };
      await Promise.all([note('a'), note('b')]);
      orders.add(order.join());
    });

    expect([...orders].sort()).toEqual(['a,b', 'b,a']);
  });

  it('takes no time for hours', async () => {
    const waits: number[] = [];
    await simulate({ seeds: 1 }, async (sim) => {
      const before = sim.clock.monotonic();
      await sim.advance('23h');
      waits.push(sim.clock.monotonic() - before);
    });

    expect(waits).toEqual([23 * 3_600_000]);
  });

  it('lets every kind of fault strike, and counts them', async () => {
    const { faults } = await simulate({ seeds: 300, faults: everything }, runs);

    expect(Object.keys(faults).sort()).toEqual(Object.keys(everything).sort());
    expect(Math.min(...Object.values(faults))).toBeGreaterThan(10);
  });

  it('lets nothing go wrong that nobody asked for', async () => {
    const outputs: number[] = [];
    const report = await simulate({ seeds: [7, 8] }, async (sim) => {
      const { coordinator, workflow } = house(sim);
      outputs.push(await coordinator.run(workflow, sim.seed));
    });

    expect(outputs).toEqual([46, 52]);
    expect(report.faults).toEqual({});
  });

  it('lets nothing go wrong any more once something has to come true', async () => {
    const lost: number[] = [];
    await simulate({ seeds: 20, faults: { messageLost: 1 } }, async (sim) => {
      const got: unknown[] = [];
      const { messages } = sim.coordinator();
      messages.subscribe('news', (body) => got.push(body));
      messages.publish('news', 'before');
      await sim.advance(1);
      lost.push(1 - got.length);
      const arrived = sim.eventually('it arrives', () => got.includes('after'), 100);
      messages.publish('news', 'after');
      await arrived;
    });

    expect([...new Set(lost)].sort()).toEqual([0, 1]);
  });

  it('keeps the order of messages to a topic, however they are delayed', async () => {
    const { faults } = await simulate({ seeds: 100, faults: { messageDelayed: 0.3 } }, async (sim) => {
      const got: number[] = [];
      const { messages } = sim.coordinator();
      messages.respond('desk', (n: number) => void got.push(n));
      await Promise.all([1, 2, 3, 4].map((n) => messages.request('desk', n)));

      expect(got).toEqual([1, 2, 3, 4]);
    });

    expect(faults.messageDelayed).toBeGreaterThan(30);
  });

  it('times out what hangs, in virtual time', async () => {
    const errors: unknown[] = [];
    await simulate({ seeds: [2, 3, 5], faults: { handlerHang: 1 } }, async (sim) => {
      const { coordinator, add } = house(sim);
      await coordinator.ask(add, 1, { timeout: '1h', policy: { timeout: '1h' } }).catch((error) => {
        errors.push(error);
      });
    });

    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) expect(error).toBeInstanceOf(TimeoutError);
  });
});

describe('a simulation that fails', () => {
  /** Counts each input once, unless its agent is asked twice for it. */
  const countsTwice: Scenario = async (sim) => {
    const counted: number[] = [];
    const counter = defineAgent('counter', {
      handle: async (n: number) => {
        counted.push(n);
      },
    });
    const coordinator = sim.coordinator({ agents: [counter], policy: { attempts: 3 } });
    sim.check('each is counted once', () => new Set(counted).size === counted.length);
    for (let n = 0; n < 5; n++) await coordinator.ask('counter', n).catch(() => {});
  };
  const faults: FaultRates = { handlerError: 0.3, handlerSlow: 0.3, messageDelayed: 0.3 };

  it('says the seed, the faults that matter, what happened last and how to repeat it', async () => {
    const error = await failureOf(simulate({ seeds: 100, faults }, countsTwice));

    expect(error.faults).toHaveLength(1);
    expect(error.faults[0]).toMatchObject({ kind: 'handlerError', where: 'counter', after: true });
    expect(error.cause).toMatchObject({
      code: 'CHECK_FAILED',
      message: 'does not hold: each is counted once',
    });
    expect(error.log.at(-1)).toContain('house1 task.started counter');
    expect(error.message).toContain(`seed ${error.seed}: does not hold: each is counted once`);
    expect(error.command).toBe(`CADRE_SEED=${error.seed} CADRE_FAULTS=${error.faults[0]?.id} npx vitest run`);
  });

  it('fails in the same way with that command, and no longer without its fault', async () => {
    const first = await failureOf(simulate({ seeds: 100, faults }, countsTwice));
    vi.stubEnv('CADRE_SEED', String(first.seed));
    vi.stubEnv('CADRE_FAULTS', first.faults.map(({ id }) => id).join(','));
    const again = await failureOf(simulate({ seeds: 100, faults }, countsTwice));
    expect({ ...again, stack: '' }).toEqual({ ...first, stack: '' });
    vi.stubEnv('CADRE_FAULTS', '');

    expect(await simulate({ seeds: 100, faults }, countsTwice)).toMatchObject({ simulations: 1 });
  });

  it('because it goes another way the second time', async () => {
    let plays = 0;
    const error = await failureOf(
      simulate({ seeds: [3], twice: true }, async (sim) => {
        await sim.advance(++plays);
        sim.log('done');
      }),
    );

    expect(error.message).toContain('seed 3: it went another way the second time');
  });

  it.each<[string, Scenario]>([
    ['does not hold: no error', (sim) => failsAfterAnEvent(sim)],
    ['the scenario waits for something that never comes', () => new Promise(() => {})],
    ['wrong', () => Promise.reject(new Error('wrong'))],
    ['does not hold: sums: 3 is not 4', (sim) => saysWhy(sim)],
    ['undefined', () => Promise.reject(undefined)],
    ['never came true: pigs fly', (sim) => sim.eventually('pigs fly', () => false, '1m')],
    ['more than 1000 happenings', (sim) => forEver(sim)],
    ['not at rest in the end: house1: 1 running handlers, 1 active runs', (sim) => hangs(sim)],
    ['the simulation waits for the world outside (Timeout)', () => sleepForReal()],
  ])('because of “%s”', async (message, scenario) => {
    const error = await failureOf(simulate({ seeds: 1, events: 1_000 }, scenario));

    expect(error.message).toContain(message);
    expect(error).toMatchObject({ seed: 1, faults: [], code: 'SIMULATION_FAILED' });
  });

  async function failsAfterAnEvent(sim: Simulation) {
    let errors = 0;
    sim.check('no error', () => errors === 0);
    void sim.advance(5).then(() => errors++);
    await sim.advance(10);
    throw new Error('came too far');
  }

  async function saysWhy(sim: Simulation) {
    sim.check('sums', () => {
      throw new Error('3 is not 4');
    });
    await sim.advance(1);
  }

  async function forEver(sim: Simulation) {
    for (;;) await sim.advance(1);
  }

  async function hangs(sim: Simulation) {
    const coordinator = sim.coordinator();
    const never = defineWorkflow('never').step('wait', {
      run: () => new Promise(() => {}),
      policy: { timeout: Number.POSITIVE_INFINITY },
    });
    coordinator.start(never, undefined);
    await sim.advance(10);
  }

  async function sleepForReal() {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
});

describe('nodes', () => {
  /** A desk that counts on one node, and who asks it on another. */
  const twoNodes: Scenario = async (sim) => {
    let started = 0;
    const answers: unknown[] = [];
    sim.node('desk', (node) => {
      started++;
      node.coordinator().messages.respond(
        'count',
        node.step('count', async (n: number) => n + 1),
      );
    });
    const asker = sim.node('asker', (node) => node.coordinator({ messages: { timeout: 500 } }));
    for (let n = 0; n < 10; n++) {
      const { current } = asker;
      if (current !== undefined) {
        void current.messages.request('count', n).then(
          (answer) => answers.push(answer === n + 1 ? 'right' : answer),
          (error) => answers.push(error.code),
        );
      }
      await sim.advance(100);
    }
    sim.log(`${started} lives, ${asker.restarts} restarts, ${answers.sort().join(' ')}`);
    for (const answer of answers) expect(answer).toMatch(/^(right|TIMEOUT|NO_RESPONDER)$/);
  };

  it('hear each other', async () => {
    await simulate({ seeds: 10 }, async (sim) => {
      sim.node('desk', (node) => {
        node.coordinator().messages.respond('count', (n: number) => n + 1);
      });
      const asker = sim.node('asker', (node) => node.coordinator());

      expect(await asker.current?.messages.request('count', 1)).toBe(2);
    });
  });

  it('crash, lose what they had in memory, and begin anew', async () => {
    const { faults } = await simulate({ seeds: 300, faults: { crash: 0.1 }, twice: true }, twoNodes);

    expect(faults.crash).toBeGreaterThan(50);
  });

  it('are cut off from each other, and connected again', async () => {
    const { faults } = await simulate(
      { seeds: 300, faults: { partition: 0.1, messageLost: true }, twice: true },
      twoNodes,
    );

    expect(faults.partition).toBeGreaterThan(50);
  });

  it('start nothing new after a crash, not even what was in hand', async () => {
    const steps: string[] = [];
    await simulate({ seeds: 20 }, async (sim) => {
      steps.length = 0;
      const node = sim.node('worker', (self) => {
        if (self.restarts > 0) return;
        const worker = defineAgent('worker', { handle: (name: string) => sim.advance(50).then(() => name) });
        const two = defineWorkflow('two')
          .step('one', { run: worker, input: () => 'one' })
          .step('two', { run: () => steps.push('two'), after: ['one'] });
        self.coordinator({ agents: [worker] }).start(two, undefined);
      });
      await sim.advance(20);
      node.crash(10);
      await sim.advance('1m');

      expect({ steps, restarts: node.restarts }).toEqual({ steps: [], restarts: 1 });
    });
  });

  it('have names of their own', async () => {
    const error = await failureOf(
      simulate({ seeds: 1 }, (sim) => {
        sim.node('one', () => {});
        sim.node('one', () => {});
      }),
    );

    expect(error.cause).toMatchObject({ code: 'INVALID_OPTIONS', option: 'name', value: 'one' });
  });
});

describe('what simulate refuses', () => {
  it.each([
    ['seeds', { seeds: 0 }],
    ['seeds', { seeds: 1.5 }],
    ['horizon', { horizon: Number.POSITIVE_INFINITY }],
    ['latency', { latency: 'soon' }],
    ['faults.handlerError', { faults: { handlerError: 2 } }],
    ['faults.sunspots', { faults: { sunspots: 0.1 } }],
  ])('%s as in %o', async (option, options) => {
    await expect(simulate(options as never, () => {})).rejects.toMatchObject({
      code: 'INVALID_OPTIONS',
      option,
    });
  });
});

it('leaves a coordinator of the ordinary kind alone', async () => {
  await using coordinator = new Coordinator({ agents: [adder()] });

  expect(await coordinator.ask('adder', 1)).toBe(2);
});
