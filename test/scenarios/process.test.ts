import { expect, it } from 'vitest';
import { runScript } from '../support/child.ts';

// The last line that a script prints is the time at which it had done its work; `exit` prints when the process ends.
const prelude = `
  import { Coordinator, defineAgent, defineCapability, defineWorkflow } from './src/index.ts';
  const at = (what) => console.log(what, Math.round(performance.now()));
  const listeners = () => process.eventNames().map((name) => [String(name), process.listenerCount(name)]);
  const own = () => process.getActiveResourcesInfo().filter((type) => !/^(TTY|Pipe|FileWrap)/.test(type));
  const before = JSON.stringify(listeners());
  process.on('exit', () => at('exit'));
  const work = defineCapability('work');
  const ada = defineAgent('ada', { capabilities: [work], handle: async (n) => n + 1 });
  const workflow = defineWorkflow('w', { deadline: '1h', policy: { attempts: 3, timeout: '1m' } })
    .step('a', { run: work, input: ({ input }) => input })
    .step('b', { run: async ({ a }, { ask }) => ask(work, a), after: ['a'] });
  const never = () => new Promise(() => {});
`;

function between(stdout: string, first: string, second: string): number {
  const timeOf = (what: string) => Number(new RegExp(`^${what} (\\d+)$`, 'm').exec(stdout)?.[1]);
  return timeOf(second) - timeOf(first);
}

it('exits by itself at once after work and close, and leaves no timer and no listener', {
  timeout: 20_000,
}, async () => {
  const { code, stdout, stderr } = await runScript(`${prelude}
    const coordinator = new Coordinator({ agents: [ada] });
    coordinator.messages.respond('echo', (body) => body);
    coordinator.events.onAny(() => {});
    console.log(JSON.stringify(await coordinator.run(workflow, 1)));
    await coordinator.ask(work, 1, { timeout: '1h' });
    await coordinator.messages.request('echo', 1, { timeout: '1h' });
    await coordinator.close();
    console.log('left', JSON.stringify(own()));
    at('closed');
  `);

  expect(stderr).toBe('');
  expect(stdout).toContain('{"a":2,"b":3}');
  expect(stdout).toContain('left []');
  expect(between(stdout, 'closed', 'exit')).toBeLessThan(1_000);
  expect(code).toBe(0);
});

it('exits by itself without close as soon as nothing is under way', { timeout: 20_000 }, async () => {
  const { code, stdout, stderr } = await runScript(`${prelude}
    const coordinator = new Coordinator({ agents: [ada] });
    coordinator.messages.subscribe('>', () => {});
    coordinator.messages.respond('echo', (body) => body);
    console.log(JSON.stringify(await coordinator.run(workflow, 1)));
    await coordinator.ask(work, 1, { timeout: '1h' });
    await coordinator.messages.request('echo', 1, { timeout: '1h' });
    at('idle');
  `);

  expect(stderr).toBe('');
  expect(between(stdout, 'idle', 'exit')).toBeLessThan(1_000);
  expect(code).toBe(0);
});

it('ends within the grace period when a handler never settles', { timeout: 20_000 }, async () => {
  const { code, stdout, stderr } = await runScript(`${prelude}
    const coordinator = new Coordinator({ agents: [defineAgent('stuck', { handle: never })], grace: 200 });
    coordinator.ask('stuck', 1).catch((error) => console.log(error.code));
    const run = coordinator.start(defineWorkflow('w').step('s', { run: never }), undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    at('closing');
    console.log(JSON.stringify(await coordinator.close()));
    console.log('left', JSON.stringify(own()));
  `);

  expect(stderr).toBe('');
  expect(stdout).toContain('CLOSED');
  expect(stdout).toContain('left []');
  expect(between(stdout, 'closing', 'exit')).toBeGreaterThanOrEqual(190);
  expect(between(stdout, 'closing', 'exit')).toBeLessThan(1_200);
  expect(code).toBe(0);
});

it('waits for work whose deadline has a timer, and keeps the process alive no longer', {
  timeout: 20_000,
}, async () => {
  const { code, stdout } = await runScript(`${prelude}
    const coordinator = new Coordinator({ agents: [defineAgent('stuck', { handle: never })], grace: 50 });
    at('asked');
    coordinator.ask('stuck', 1, { timeout: 300 }).catch((error) => console.log(error.code));
  `);

  expect(stdout).toContain('TIMEOUT');
  expect(between(stdout, 'asked', 'exit')).toBeGreaterThanOrEqual(290);
  expect(between(stdout, 'asked', 'exit')).toBeLessThan(1_300);
  expect(code).toBe(0);
});

it('leaves no rejection unhandled when nobody looks at what failed', { timeout: 20_000 }, async () => {
  const { code, stdout, stderr } = await runScript(`${prelude}
    const fails = () => { throw new Error('no'); };
    const bad = defineAgent('bad', { handle: async () => fails() });
    const coordinator = new Coordinator({ agents: [bad, ada, defineAgent('stuck', { handle: never })], grace: 10 });
    coordinator.events.onAny(async () => fails());
    coordinator.messages.subscribe('news', async () => fails());
    coordinator.messages.publish('news', 1);
    coordinator.messages.respond('broken', async () => fails());
    coordinator.messages.broadcast('broken', 1);
    coordinator.tasks.submit(bad, 1);
    coordinator.tasks.submit('stuck', 1, { timeout: 20 });
    coordinator.tasks.submit('stuck', 1, { signal: AbortSignal.timeout(20) });
    coordinator.start(defineWorkflow('w').step('s', { run: async () => fails() }), undefined);
    coordinator.start(defineWorkflow('w', { deadline: 20 }).step('s', { run: never }), undefined);
    coordinator.start(defineWorkflow('w').step('s', { run: never }), undefined).cancel();
    coordinator.start(defineWorkflow('w').step('s', { run: bad, input: fails, policy: { attempts: 2 } }), undefined);
    const outer = defineWorkflow('outer').step('n', { run: defineWorkflow('i').step('s', { run: fails }), input: () => 1 });
    coordinator.start(outer, undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await coordinator.close();
    console.log('listeners', JSON.stringify(listeners().filter(([name]) => name !== 'exit')) === before);
  `);

  expect(stderr).toBe('');
  expect(stdout).toContain('listeners true');
  expect(code).toBe(0);
});

it('stays flat over 1,000 coordinators that come and go', { timeout: 20_000 }, async () => {
  const { code, stdout, stderr } = await runScript(`${prelude}
    for (let i = 0; i < 1_000; i++) {
      const coordinator = new Coordinator({ agents: [ada] });
      coordinator.ask('ada', 1);
      await coordinator.run(workflow, i);
      await coordinator.close();
    }
    console.log('left', JSON.stringify(own()));
    console.log('listeners', JSON.stringify(listeners().filter(([name]) => name !== 'exit')) === before);
  `);

  expect(stderr).toBe('');
  expect(stdout).toContain('left []');
  expect(stdout).toContain('listeners true');
  expect(code).toBe(0);
});
