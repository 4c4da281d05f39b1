import { expect, it } from 'vitest';
import { CycleError, defineAgent, defineCapability, defineWorkflow, workflowGraph } from '../../src/index.ts';
import { thrownBy } from '../support/outcome.ts';

const run = () => 1;

it('shows the steps as nodes, with what they run, and an edge to each step that comes after', () => {
  const inner = defineWorkflow('inner');
  const workflow = defineWorkflow('w')
    .step('code', { run: function count() {} })
    .step('ask', { run: defineCapability('research'), input: run, after: ['code'] })
    .step('agent', { run: defineAgent('ada', { handle: run }), input: run, when: () => true })
    .step('sub', { run: inner, input: run, after: ['code', 'agent'] })
    .step('any', { run: { specializations: ['oceans'] }, input: run, after: ['sub'] });
  const graph = workflowGraph(workflow);

  expect(graph.nodes().map((node) => graph.node(node))).toEqual([
    { id: 'code', kind: 'function', target: 'count', conditional: false },
    { id: 'ask', kind: 'capability', target: 'research', conditional: false },
    { id: 'agent', kind: 'agent', target: 'ada', conditional: true },
    { id: 'sub', kind: 'workflow', target: 'inner', conditional: false },
    { id: 'any', kind: 'requirement', target: 'requirement', conditional: false },
  ]);
  expect(graph.edges().map(({ v, w }) => [v, w])).toEqual([
    ['step:code', 'step:ask'],
    ['step:code', 'step:sub'],
    ['step:agent', 'step:sub'],
    ['step:sub', 'step:any'],
  ]);
});

it('keeps steps whose names every object has, and pollutes nothing', () => {
  const names = ['constructor', 'toString', 'hasOwnProperty'];
  const steps = names.map((id, i) => ({ id, run, after: names.slice(0, i) }));
  const graph = workflowGraph(defineWorkflow('w', { steps }));

  expect(graph.nodeCount()).toBe(3);
  expect(graph.edgeCount()).toBe(3);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

it('refuses a graph that cannot run', () => {
  const steps = { step: (id: string, step: object) => defineWorkflow('w').step(id, step as never) };

  expect(thrownBy(() => workflowGraph(steps.step('a', { run, after: ['a'] })))).toBeInstanceOf(CycleError);
});
