import assert from 'node:assert/strict';
import { defineAgent, defineWorkflow, MessageBroker, TaskDistributor, WorkflowEngine } from '../src/index.ts';

// Each room works without the others, for those who need one thing only.

// #region messages
const messages = new MessageBroker({ timeout: '2s' });
messages.respond('double', (n: number) => n * 2, { concurrency: 10, waiting: 100 });
const doubled = await messages.request('double', 21);
messages.close();
// #endregion messages
assert.equal(doubled, 42);

// #region tasks
const tasks = new TaskDistributor({ queue: 100, policy: { attempts: 2 } });
const upper = defineAgent('upper', { handle: (text: string) => text.toUpperCase() });
tasks.agents.register(upper);
const loud = await tasks.ask(upper, 'quiet');
tasks.close();
// #endregion tasks
assert.equal(loud, 'QUIET');

// #region workflows
// Without a coordinator there are no agents: steps are code and other workflows.
const engine = new WorkflowEngine({ retention: { runs: 10 } });
const squares = defineWorkflow<number>('squares')
  .step('square', { run: ({ input }) => input ** 2 })
  .step('text', { run: ({ square }) => `the square is ${square}`, after: ['square'] })
  .output(({ text }) => text);
const sentence = await engine.run(squares, 12);
engine.close();
// #endregion workflows
assert.equal(sentence, 'the square is 144');
console.log(`${doubled}, ${loud}, ${sentence}`);
