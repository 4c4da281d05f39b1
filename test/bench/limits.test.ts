import { describe, expect, it } from 'vitest';
import type { Side } from '../../bench/harness/types.ts';
import { AskLimit, RequestLimit } from '../../bench/limits/calls.ts';
import { ChoiceLimit } from '../../bench/limits/choice.ts';
import { flatten, runGraph } from '../../bench/limits/graph.ts';
import { PublishLimit } from '../../bench/limits/publish.ts';
import { QueueLimit } from '../../bench/limits/queue.ts';
import {
  chain,
  diamond,
  expectedResult,
  fan,
  layers,
  limitBodies,
  sinks,
} from '../../bench/workloads/graphs.ts';
import { workloads } from '../../bench/workloads/index.ts';

describe('calls by hand', () => {
  it('answer with what the handler returns or throws', async () => {
    const messages = new RequestLimit<number, number>();
    messages.respond('add', async (x) => x + 1);
    messages.respond('fail', async () => {
      throw new Error('no');
    });
    await expect(messages.request('add', 1)).resolves.toBe(2);
    await expect(messages.request('fail', 1)).rejects.toThrow('no');
    await expect(messages.request('nobody', 1)).rejects.toThrow('nobody responds');
  });

  it('take the agents of a capability in turn', async () => {
    const agents = new AskLimit<number, string>();
    agents.serve('name', async () => 'a');
    agents.serve('name', async () => 'b');
    const asked = [agents.ask('name', 0), agents.ask('name', 0), agents.ask('name', 0)];
    await expect(Promise.all(asked)).resolves.toEqual(['a', 'b', 'a']);
  });
});

describe('publishing by hand', () => {
  it('reaches the others when one throws', () => {
    const messages = new PublishLimit<number>();
    const seen: number[] = [];
    messages.subscribe('news', () => {
      throw new Error('no');
    });
    messages.subscribe('news', (body) => seen.push(body));
    messages.publish('news', 7);
    expect(seen).toEqual([7]);
    expect(messages.failures).toBe(1);
  });
});

describe('graphs by hand', () => {
  it.each([
    ['chain', chain(50)],
    ['fan', fan(50)],
    ['layers', layers(500)],
    ['diamond', diamond],
  ])('give the right result for a %s', async (_name, graph) => {
    const outputs = await runGraph(flatten(graph, limitBodies(graph)), 5);
    const result = sinks(graph).reduce((sum, step) => sum + outputs[step]!, 0);
    expect(result).toBe(expectedResult(graph, 5));
  });

  it('reject when a step fails', async () => {
    const failing = flatten([[]], [() => Promise.reject(new Error('no'))]);
    await expect(runGraph(failing, 0)).rejects.toThrow('no');
  });
});

describe('the queue by hand', () => {
  it('starts by priority, then by age, and never more than it may', async () => {
    const started: number[] = [];
    let running = 0;
    const queue = new QueueLimit(
      async (x: number) => {
        started.push(x);
        running += 1;
        expect(running).toBe(1);
        await Promise.resolve();
        running -= 1;
        return x;
      },
      1,
      3,
    );
    const priorities = [0, 0, 2, 1, 2];
    await Promise.all(priorities.map((priority, task) => queue.submit(task, priority)));
    expect(started).toEqual([0, 2, 4, 3, 1]);
  });
});

describe('the choice by hand', () => {
  it('takes the idlest agent that has all capabilities', () => {
    const agent = (name: string, ...capabilities: string[]) => {
      return { name, capabilities: new Set(capabilities), load: 0 };
    };
    const choice = new ChoiceLimit([agent('a', 'x', 'y'), agent('b', 'x'), agent('c', 'y', 'x')]);
    expect(choice.choose(['x', 'y'])?.name).toBe('a');
    expect(choice.choose(['x', 'y'])?.name).toBe('c');
    const third = choice.choose(['x', 'y'])!;
    expect(third.load).toBe(2);
    expect(choice.choose(['z'])).toBeUndefined();
  });
});

describe('every workload', () => {
  async function twoBatches(side: Side): Promise<void> {
    for (let batch = 0; batch < 2; batch += 1) {
      await side.batch();
      await new Promise((resolve) => setImmediate(resolve));
      side.check();
    }
    await side.close?.();
  }

  it.each(workloads)('$id: the limit gives the right results', async (workload) => {
    await twoBatches(workload.limit(workload.smokeSize));
    expect(workload.ops(workload.smokeSize)).toBeGreaterThan(0);
  });

  it.each(workloads)('$id: cadre gives the right results', async (workload) => {
    await twoBatches(await workload.ours(workload.smokeSize));
  });
});
