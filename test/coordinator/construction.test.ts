import { expect, it } from 'vitest';
import {
  AgentExistsError,
  Coordinator,
  type CoordinatorOptions,
  defineAgent,
  defineWorkflow,
  memoryTransport,
} from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { expectAtRest, expectHealthy } from '../support/at-rest.ts';
import { rejection, thrownBy } from '../support/outcome.ts';
import { untilAborted } from '../support/workflows.ts';

const ada = defineAgent('ada', { handle: () => 'from ada' });

class SilentClock extends FakeClock {
  calls: string[] = [];
  override schedule(...args: Parameters<FakeClock['schedule']>): ReturnType<FakeClock['schedule']> {
    this.calls.push('schedule');
    return super.schedule(...args);
  }
  override id(): string {
    this.calls.push('id');
    return super.id();
  }
  override random(): number {
    this.calls.push('random');
    return super.random();
  }
}

it('starts no timer and takes neither id nor chance when it is made', () => {
  const clock = new SilentClock();
  const house = new Coordinator({ clock, agents: [ada] });

  expect(clock.calls).toEqual([]);
  expectAtRest(house, clock);
});

it('refuses two agents of one name, and leaves nothing of the first', async () => {
  const clock = new FakeClock();
  const options: CoordinatorOptions = { clock, agents: [ada, ada] };
  const error = thrownBy(() => new Coordinator(options));

  expect(error).toBeInstanceOf(AgentExistsError);
  expect(error).toMatchObject({ code: 'AGENT_EXISTS', agent: 'ada', retryable: false });
  expect(clock.pendingTimers).toBe(0);
  expect(await new Coordinator({ clock, agents: [ada] }).ask(ada, undefined)).toBe('from ada');
});

it('leaves nothing in a transport of the caller when making it fails', async () => {
  const transport = memoryTransport();
  thrownBy(() => new Coordinator({ agents: [ada, ada], messages: { transport } }));
  expect(transport.topics('>')).toEqual([]);

  const house = new Coordinator({ agents: [ada], messages: { transport } });
  expect(await house.ask(ada, undefined)).toBe('from ada');
});

it.each([
  ['something that is no agent', [ada, { name: 'bob' }], 'INVALID_OPTIONS'],
  ['a hole', [ada, undefined], 'INVALID_OPTIONS'],
  ['an agent that was not defined', [ada, { kind: 'agent', name: 'bob' }], 'INVALID_OPTIONS'],
])('refuses %s among the agents, and leaves nothing of those before it', (_what, agents, code) => {
  const transport = memoryTransport();
  const error = thrownBy(() => new Coordinator({ agents: agents as never, messages: { transport } }));

  expect(error).toMatchObject({ code });
  expect(transport.topics('>')).toEqual([]);
});

it('shares nothing with another coordinator of the same agents and the same clock', async () => {
  const clock = new FakeClock();
  const [one, two] = [new Coordinator({ clock, agents: [ada] }), new Coordinator({ clock, agents: [ada] })];
  const heard: string[] = [];
  two.events.onAny(({ type }) => heard.push(type));
  two.messages.subscribe('>', () => heard.push('message'));
  one.messages.publish('news', 1);
  one.agents.register(defineAgent('bob', { handle: untilAborted }));
  const run = one.start(defineWorkflow('w').step('s', { run: untilAborted }), undefined, { id: 'same' });
  const lost = rejection(one.ask('bob', 1));
  await one.ask(ada, undefined);

  expect(heard).toEqual([]);
  expect(two.workflows.get('same')).toBeUndefined();
  expect(two.agents.get('bob')).toBeUndefined();
  expect(two.stats().tasks.submitted).toBe(0);

  await one.close();
  expect(run.status).toBe('cancelled');
  expect(await lost).toMatchObject({ code: 'CLOSED' });
  await expectHealthy(two);
  expectAtRest(two, clock);
});

it('lets one definition be registered in many coordinators, with limits of its own in each', async () => {
  let active = 0;
  let peak = 0;
  const slow = defineAgent('slow', {
    handle: async () => {
      peak = Math.max(peak, ++active);
      await new Promise((resolve) => setImmediate(resolve));
      active--;
    },
  });
  const houses = [1, 2, 3].map(() => new Coordinator({ agents: [slow] }));
  await Promise.all(houses.flatMap((house) => [house.ask(slow, undefined), house.ask(slow, undefined)]));

  expect(peak).toBe(3);
});
