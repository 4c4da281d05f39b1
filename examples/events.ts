import assert from 'node:assert/strict';
import { type CadreEvent, Coordinator, defineAgent, defineWorkflow } from '../src/index.ts';

// A log of what an encoder does, and the figures a dashboard would show.

const encoder = defineAgent('encoder', {
  handle: async (file: string, ctx) => {
    for (const percent of [50, 100]) ctx.progress({ percent });
    return file.replace('.wav', '.opus');
  },
});
const encode = defineWorkflow<{ file: string }>('encode').step('opus', {
  run: encoder,
  input: ({ input }) => input.file,
});

await using coordinator = new Coordinator({ agents: [encoder] });

// #region on
const seen: string[] = [];
coordinator.events.on('task.progressed', ({ agent, step, value }) => {
  seen.push(`${agent} at ${step}: ${JSON.stringify(value)}`);
});
const all: CadreEvent[] = [];
const stop = coordinator.events.onAny((event) => all.push(event));
// #endregion on

// #region run
// What happened in one run, from its start to its end, whenever you begin to read.
const run = coordinator.start(encode, { file: 'talk.wav' });
const types: string[] = [];
for await (const event of run.events()) types.push(event.type);
// #endregion run
stop();

// #region stream
// Everything from now on, as an iterable; it ends when you leave the loop.
const next = coordinator.ask(encoder, 'song.wav');
for await (const event of coordinator.events.stream({ buffer: 100 })) {
  if (event.type === 'task.completed') break;
}
// #endregion stream
assert.equal(await next, 'song.opus');

assert.deepEqual(types, ['run.started', 'step.started', 'step.completed', 'run.completed']);
assert.deepEqual(seen.slice(0, 2), ['encoder at opus: {"percent":50}', 'encoder at opus: {"percent":100}']);
const order = all.map(({ type }) => type);
assert.deepEqual(order, [
  'run.started',
  'step.started',
  'task.submitted',
  'task.started',
  'task.progressed',
  'task.progressed',
  'task.completed',
  'step.completed',
  'run.completed',
]);

// #region stats
const { tasks, workflows, events } = coordinator.stats();
console.log(`${tasks.completed} tasks, ${workflows.completed} run, ${events.listeners} listener`);
// #endregion stats
assert.deepEqual([tasks.completed, workflows.completed, events.listeners], [2, 1, 1]);
