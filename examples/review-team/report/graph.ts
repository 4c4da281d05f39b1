import dagre, { type Edge, type GraphLabel } from '@dagrejs/dagre';
import type { StepRow, StepStatus } from '../board.ts';
import { html } from './escape.ts';
import { timeTaken } from './phrases.ts';

const BOX = { width: 152, height: 64 };

/** What each status looks like in words; colours only repeat it. */
export const STATUS: Readonly<Record<StepStatus, string>> = {
  waiting: '· not started',
  running: '● running',
  completed: '✓ done',
  failed: '✗ failed',
  skipped: '– skipped',
  cancelled: '✗ stopped',
};

/** Draws the workflow: one box a step, with its status and how long it took. */
export function graphSvg(steps: readonly StepRow[]): string {
  const { width, height, boxes, edges } = layOut(steps);
  const shapes = [
    ...edges.map(edgePath),
    ...steps.map((step, index) => stepBox(step, boxes[index] ?? ORIGIN)),
  ];
  return `<svg class="graph" role="img" aria-label="${html(describe(steps))}" viewBox="0 0 ${width} ${height}" \
style="max-width:${width}px">
<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">\
<path d="M0 0 8 4 0 8z"/></marker></defs>
${shapes.join('\n')}
</svg>`;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const ORIGIN: Point = { x: 0, y: 0 };

interface Layout {
  readonly width: number;
  readonly height: number;
  /** The middle of each step's box, in the order of the steps. */
  readonly boxes: readonly Point[];
  readonly edges: readonly (readonly Point[])[];
}

function layOut(steps: readonly StepRow[]): Layout {
  const graph = new dagre.graphlib.Graph<GraphLabel, Point, { points: Point[] }>();
  graph.setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 48, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({ points: [] }));
  // Positions instead of names: a step may be called `constructor`, which is no good key.
  const keys = new Map(steps.map((step, index) => [step.id, String(index)]));
  for (const key of keys.values()) graph.setNode(key, { ...BOX, ...ORIGIN });
  for (const { id, after } of steps) {
    for (const before of after) graph.setEdge(keys.get(before) ?? '', keys.get(id) ?? '');
  }
  dagre.layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  const boxes = [...keys.values()].map((key): Point => graph.node(key));
  const edges = graph.edges().map((edge: Edge): readonly Point[] => graph.edge(edge).points);
  return { width, height, boxes, edges };
}

function edgePath(points: readonly Point[]): string {
  const path = points
    .map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`)
    .join('');
  return `<path class="edge" d="${path}" marker-end="url(#arrow)"/>`;
}

function stepBox(step: StepRow, { x, y }: Point): string {
  const { id, target, status } = step;
  const state = [STATUS[status], timeTaken(step)].filter(Boolean).join(', ');
  const left = x - BOX.width / 2;
  const top = y - BOX.height / 2;
  return `<g class="step ${status}"><title>${html(`${id}: ${state}`)}</title>
<rect x="${left}" y="${top}" width="${BOX.width}" height="${BOX.height}" rx="8"/>
<text class="name" x="${x}" y="${top + 20}">${html(id)}</text>
<text class="target" x="${x}" y="${top + 37}">${html(target)}</text>
<text class="status" x="${x}" y="${top + 54}">${html(state)}</text></g>`;
}

function describe(steps: readonly StepRow[]): string {
  return `Workflow: ${steps.map(({ id, after }) => (after.length > 0 ? `${id} after ${after.join(', ')}` : id)).join('; ')}`;
}
