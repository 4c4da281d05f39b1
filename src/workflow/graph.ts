import { Graph } from '@dagrejs/graphlib';
import { parseOption } from '../kernel/options.ts';
import type { Workflow } from './definition.ts';
import { workflowRule } from './options.ts';

/** What a node of {@link workflowGraph} says about its step. */
export interface StepNode {
  /** The step's id, without the `step:` of the node's. */
  readonly id: string;
  /** What the step runs. */
  readonly kind:
    | 'function'
    | 'capability'
    | 'agent'
    | 'workflow'
    | 'requirement'
    | 'signal'
    | 'timer'
    | 'gate'
    | 'composite';
  /** The name of what it runs; for a function its own name, which may be empty; for a composite which one it is. */
  readonly target: string;
  /** True when the step has a `when`. */
  readonly conditional: boolean;
}

/**
 * The steps of a workflow as a graphlib graph, to be laid out (by dagre, say) and drawn.
 *
 * Node ids are the step ids with `step:` in front: graphlib keeps them as object keys, where names such as
 * `constructor` would meet what every object has. An edge goes from a step to the one that comes after it.
 *
 * @throws InvalidOptionsError, DuplicateStepError, UnknownStepError, CycleError
 */
export function workflowGraph(workflow: Workflow<never, unknown>): Graph {
  parseOption('workflowGraph', 'workflow', workflowRule, workflow);
  const graph = new Graph({ directed: true });
  for (const { id, run, when } of workflow.steps) {
    const named = 'name' in run ? run : { kind: 'requirement', name: 'requirement' };
    const node: StepNode = {
      id,
      kind: typeof run === 'function' ? 'function' : (named as { kind: StepNode['kind'] }).kind,
      target: named.name,
      conditional: when !== undefined,
    };
    graph.setNode(nodeId(id), node);
  }
  for (const { id, after } of workflow.steps)
    for (const before of after) graph.setEdge(nodeId(before), nodeId(id));
  return graph;
}

function nodeId(step: string): string {
  return `step:${step}`;
}
