import assert from 'node:assert/strict';
import {
  Coordinator,
  defineAgent,
  defineCapability,
  defineWorkflow,
  InvalidPlanError,
} from '../src/index.ts';

// A model writes the plan; the program says what there is to plan with, and runs it.

// #region plan
const text = `{
  "name": "brief",
  "policy": { "attempts": 3, "timeout": "30s" },
  "parameters": { "style": { "type": "string", "default": "plain" } },
  "steps": [
    { "id": "web", "run": { "capability": "research" }, "input": { "topic": "$.input.topic" } },
    { "id": "papers", "run": { "capability": "research" },
      "when": { "$eq": ["$.input.depth", "deep"] },
      "input": { "topic": { "$text": ["$.input.topic", " papers"] } } },
    { "id": "facts", "after": ["web", "papers"], "run": { "function": "merge" } },
    { "id": "text", "after": ["facts"], "run": { "agent": "writer" },
      "input": { "facts": "$.facts", "style": { "$param": "style" } } }
  ],
  "output": "$.text"
}`;
// #endregion plan

// #region run
const research = defineCapability<{ topic: string }, readonly string[]>('research');
const ada = defineAgent('ada', {
  capabilities: [research],
  concurrency: 2,
  handle: async ({ topic }) => [`a fact about ${topic}`],
});
const writer = defineAgent('writer', {
  handle: async ({ facts, style }: { facts: string[]; style: string }) => `${facts.join(', ')} (${style})`,
});

const tables = {
  capabilities: [research],
  agents: [writer],
  functions: { merge: ({ web, papers = [] }: { web: string[]; papers?: string[] }) => [...web, ...papers] },
};
const brief = defineWorkflow.fromJSON<string>(text, { ...tables, parameters: { style: 'short' } });

await using coordinator = new Coordinator({ agents: [ada, writer] });
const result = await coordinator.run(brief, { topic: 'tides', depth: 'deep' });
// #endregion run
assert.equal(result, 'a fact about tides, a fact about tides papers (short)');

// #region problems
// What is wrong with a plan is said all at once, in words that whoever wrote it can act on.
function problemsOf(plan: object): readonly string[] {
  try {
    defineWorkflow.fromJSON(plan, tables);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidPlanError)) throw error;
    return error.problems.map(({ path, problem, fix }) => `${path}: ${problem}; ${fix}`);
  }
}

const problems = problemsOf({
  name: 'brief',
  steps: [
    { id: 'web', run: { capability: 'reserch' }, input: '$.input' },
    { id: 'text', after: ['webb'], run: { agent: 'writer' }, input: { facts: '$.web' } },
  ],
});
// #endregion problems
assert.deepEqual(problems, [
  '/steps/0/run/capability: there is no capability "reserch"; did you mean "research"?',
  '/steps/1/after/0: there is no step "webb"; did you mean "web"?',
  '/steps/1/input/facts: it does not see the step "web"; put "web" into its `after`',
]);

// #region data
// A workflow from a plan is a plan again, with what was given for its parameters.
const again = defineWorkflow.fromJSON<string>(JSON.stringify(brief), tables);
// #endregion data
assert.deepEqual(again.toJSON(), brief.toJSON());
assert.deepEqual(brief.toJSON().parameters, { style: { type: 'string', default: 'short' } });
console.log(result, problems.join('\n'));
