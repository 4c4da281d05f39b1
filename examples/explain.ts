import assert from 'node:assert/strict';
import dagre from '@dagrejs/dagre';
import { defineAgent, defineCapability, defineWorkflow, explain } from '../src/index.ts';

// What would a run of this workflow do, how long could it take, and what was not meant?

const search = defineCapability<{ topic: string }, string[]>('search');
const writer = defineAgent('writer', { handle: (facts: string[]) => facts.join('\n') });

// #region define
const check = defineWorkflow<string>('check', { policy: { attempts: 2, timeout: '5s' } })
  .step('spelling', { run: ({ input }) => input.trim() })
  .step('facts', { run: ({ input }) => input.length > 0 });

const brief = defineWorkflow<{ topic: string; deep: boolean }>('brief', {
  deadline: '2m',
  policy: { attempts: 3, timeout: '20s' },
})
  .step('web', { run: search, input: ({ input }) => ({ topic: input.topic }) })
  .step('papers', {
    run: search,
    when: ({ input }) => input.deep,
    input: ({ input }) => ({ topic: `${input.topic} papers` }),
  })
  .step('text', {
    run: writer,
    after: ['web', 'papers'],
    input: ({ web, papers = [] }) => [...web, ...papers],
    policy: { timeout: '3m' },
  })
  .step('checked', { run: check, after: ['text'], input: ({ text }) => text });
// #endregion define

// #region explain
const explained = explain(brief, { estimates: { web: '8s', papers: '15s', text: '4s', checked: '1s' } });

console.log(explained.toText());
for (const { code, step, message } of explained.warnings) console.log(code, step, message);
// #endregion explain
assert.deepEqual(explained.criticalPath.steps, ['papers', 'text', 'checked']);
assert.equal(explained.criticalPath.lengthMs, 20_000);
assert.deepEqual(
  explained.warnings.map(({ code, step }) => [code, step]),
  [
    ['retry-in-retry', 'checked'],
    ['timeout-above-deadline', 'text'],
    ['worst-case-above-deadline', undefined],
  ],
);

// #region input
// With an input, conditions that hang on it alone are asked: this run would skip the papers.
const shallow = explain(brief, { input: { topic: 'tides', deep: false } });
const skipped = shallow.steps.filter(({ condition }) => condition === 'refuses').map(({ id }) => id);
// #endregion input
assert.deepEqual(skipped, ['papers']);

// #region pictures
const flowchart = explained.toMermaid(); // for a Markdown file
const picture = explained.toSvg(dagre); // the layout is done by @dagrejs/dagre, which you install and pass in
// #endregion pictures
assert.match(flowchart, /^flowchart LR\n/);
assert.match(picture, /^<svg /);
