import { expect, it } from 'vitest';
import { defineWorkflow } from '../../src/index.ts';
import { isFree } from '../support/garbage.ts';
import { houseWith, namedAgent } from '../support/house.ts';
import { watch } from '../support/outcome.ts';
import { never, sleep } from '../support/workflows.ts';

// Handles, contexts and finished runs may be kept for long. What they were about must not be kept with them.

it('lets go of the input of a task whose handle is kept', async () => {
  const { house } = houseWith({ agents: [namedAgent('ada')] });
  const submit = () => {
    const input = {};
    return { task: house.tasks.submit('ada', input), ref: new WeakRef(input) };
  };
  const { task, ref } = submit();
  await task.result;

  expect(await isFree(ref)).toBe(true);
  expect(task.status).toBe('completed');
});

it('lets go of what was sent', async () => {
  const { house } = houseWith({ agents: [namedAgent('ada')] });
  house.messages.respond('desk', () => 1);
  const send = () => {
    const body = {};
    return {
      answers: [house.messages.request('desk', body), house.ask('ada', body)],
      ref: new WeakRef(body),
    };
  };
  const { answers, ref } = send();
  await Promise.all(answers);

  expect(await isFree(ref)).toBe(true);
});

it('lets go of runs that are no longer retained, by number and by name', async () => {
  const { house } = houseWith({ workflows: { retention: { runs: 1 } } });
  const workflow = defineWorkflow('w').step('s', { run: () => 1 });
  const start = async (id?: string) => {
    const run = house.start(workflow, undefined, id === undefined ? {} : { id });
    await run.result;
    return new WeakRef(run);
  };
  const refs = [await start(), await start('named'), await start('other')];
  await start();

  for (const ref of refs) expect(await isFree(ref)).toBe(true);
  expect(house.workflows.list()).toHaveLength(1);
});

it('lets go of what the steps of a kept run were given, when it was stopped', async () => {
  const { clock, house } = houseWith({ grace: 10 });
  const refs: WeakRef<object>[] = [];
  const input = () => {
    const made = {};
    refs.push(new WeakRef(made));
    return made;
  };
  const fails = () => {
    throw new Error('no');
  };
  const workflow = defineWorkflow('w', { concurrency: 2 })
    .step('flaky', { run: fails, input, policy: { attempts: 2, backoff: { initial: 5, jitter: 0 } } })
    .step('hangs', { run: never, input })
    .step('deaf', { run: never, input });
  const run = house.start(workflow, undefined);
  watch(run.result);
  // The retry waits for a slot by now.
  await clock.advance(20);
  run.cancel();
  await clock.advance(20);

  expect(refs).toHaveLength(3);
  for (const ref of refs) expect(await isFree(ref)).toBe(true);
  expect(run.status).toBe('cancelled');
});

it('lets go of who read the events of a run: when they leave, and when it ends', async () => {
  const { clock, house } = houseWith();
  const run = house.start(defineWorkflow('w').step('s', { run: () => sleep(clock, 100) }), undefined);
  const read = async (leave: boolean) => {
    const events = run.events();
    await events.next();
    if (leave) await events.return?.();
    return new WeakRef(events);
  };
  const [left, stayed] = [await read(true), await read(false)];
  expect(await isFree(left)).toBe(true);
  expect(run.status).toBe('running');
  await clock.advance(100);

  expect(await isFree(stayed)).toBe(true);
  expect(run.status).toBe('completed');
});
