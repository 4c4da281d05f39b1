import { parseOption, type Rule, refuse } from '../../kernel/options.ts';
import { predecessors } from './mermaid.ts';
import type { ExplainedStep, ExplainedWorkflow } from './types.ts';
import { durationText, shown, targetText } from './words.ts';

/** What is used of `@dagrejs/dagre`. */
export interface DagreModule {
  /** Holds the class of the graphs that it lays out. */
  readonly graphlib: {
    /** Makes a graph. */
    readonly Graph: DagreGraphClass;
  };
  /** Gives every node a place and every edge a way. */
  layout(graph: never): unknown;
}

/** The class of the graphs of `@dagrejs/dagre`. */
export interface DagreGraphClass {
  /** Makes an empty graph. */
  new (): DagreGraph;
}

/** What is used of a graph of `@dagrejs/dagre`. */
export interface DagreGraph {
  /** Takes how it is to be laid out. */
  setGraph(label: object): unknown;
  /** Takes a node. */
  setNode(id: string, label: object): unknown;
  /** Takes an edge. */
  setEdge(from: string, to: string, label: object): unknown;
  /** Gives the size of the whole. */
  graph(): unknown;
  /** Gives the place of a node. */
  node(id: string): unknown;
  /** Gives the way of an edge. */
  edge(from: string, to: string): unknown;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const dagreRule: Rule<DagreModule> = (value) => {
  const { graphlib, layout } = (value ?? {}) as Partial<DagreModule>;
  if (typeof layout !== 'function' || typeof graphlib?.Graph !== 'function')
    refuse('the module @dagrejs/dagre', value);
  return value as DagreModule;
};

const LONGEST_LABEL = 30;
const BOX_HEIGHT = 44;
/** The average width of a character of the font, and room at the sides. */
const CHARACTER_WIDTH = 7.3;
const PADDING = 20;
const INK = '#1f2933';
const MARKED = '#b42318';

interface Box {
  readonly step: ExplainedStep;
  readonly lines: readonly [string, string];
  readonly width: number;
}

/** An explanation as an SVG document. */
export function explanationSvg(explained: ExplainedWorkflow, module: DagreModule): string {
  const dagre = parseOption('toSvg', 'dagre', dagreRule, module);
  const { name, steps, criticalPath } = explained;
  const boxes = steps.map(boxOf);
  const places = new Map(steps.map(({ id }, place) => [id, place]));
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 16, ranksep: 44, marginx: 10, marginy: 10 });
  for (const [place, { width }] of boxes.entries()) graph.setNode(`${place}`, { width, height: BOX_HEIGHT });
  const edges = steps.flatMap(({ id, after }) => after.map((before) => ({ id, before })));
  const ends = ({ id, before }: { id: string; before: string }) =>
    [`${places.get(before)}`, `${places.get(id)}`] as const;
  for (const edge of edges) graph.setEdge(...ends(edge), {});
  dagre.layout(graph as never);

  const before = predecessors(criticalPath.steps);
  const { width, height } = sizeOf(graph.graph());
  const shapes = [
    ...edges.map((edge) => arrow(pointsOf(graph.edge(...ends(edge))), before.get(edge.id) === edge.before)),
    ...boxes.map((box, place) => boxShape(box, pointOf(graph.node(`${place}`)))),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escaped(`Steps of ${shown(name, 200)}`)}" ` +
    `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="system-ui, sans-serif" font-size="12">\n` +
    `<rect width="${width}" height="${height}" fill="#ffffff"/>\n${shapes.join('\n')}\n</svg>\n`
  );
}

function boxOf(step: ExplainedStep): Box {
  const estimate = step.estimateMs === undefined ? '' : `, ${durationText(step.estimateMs)}`;
  const lines = [
    shown(step.id, LONGEST_LABEL),
    `${shown(targetText(step), LONGEST_LABEL)}${estimate}`,
  ] as const;
  return { step, lines, width: PADDING + CHARACTER_WIDTH * Math.max(...lines.map(({ length }) => length)) };
}

function boxShape({ step, lines: [id, about], width }: Box, { x, y }: Point): string {
  const { critical, condition } = step;
  const [left, top] = [round(x - width / 2), round(y - BOX_HEIGHT / 2)];
  const dashes = condition === 'none' ? '' : ' stroke-dasharray="5 3"';
  const weight = critical ? ' font-weight="bold"' : '';
  const text = (row: number, fill: string, words: string, more = '') =>
    `<text x="${round(x)}" y="${round(y + row)}" text-anchor="middle" fill="${fill}"${more}>${escaped(words)}</text>`;
  return (
    `<g><title>${escaped(shown(step.id, 300))}</title><rect x="${left}" y="${top}" width="${round(width)}" height="${BOX_HEIGHT}" ` +
    `rx="6" fill="#f5f7fa" stroke="${critical ? MARKED : INK}" stroke-width="${critical ? 2.5 : 1}"${dashes}/>` +
    `${text(-3, INK, id, weight)}${text(13, '#52606d', about)}</g>`
  );
}

function arrow(points: readonly Point[], isCritical: boolean): string {
  const [tip, neck] = [points.at(-1), points.at(-2)];
  if (tip === undefined || neck === undefined) return '';
  const color = isCritical ? MARKED : '#7b8794';
  const way = points.map(({ x, y }) => `${round(x)} ${round(y)}`).join('L');
  const turn = round((Math.atan2(tip.y - neck.y, tip.x - neck.x) * 180) / Math.PI);
  // Drawn, not a marker: markers are found by ids, and several pictures on one page would share them.
  return (
    `<path d="M${way}" fill="none" stroke="${color}" stroke-width="${isCritical ? 2.5 : 1}"/>` +
    `<path d="M0 0L-8 4L-8 -4Z" fill="${color}" transform="translate(${round(tip.x)} ${round(tip.y)}) rotate(${turn})"/>`
  );
}

/** What somebody else's code has laid out, as numbers: nothing else may get into the document. */
function pointOf(value: unknown): Point {
  const { x, y } = (value ?? {}) as Partial<Point>;
  return { x: Number(x) || 0, y: Number(y) || 0 };
}

function pointsOf(value: unknown): Point[] {
  const { points } = (value ?? {}) as { readonly points?: unknown };
  return Array.isArray(points) ? points.map(pointOf) : [];
}

function sizeOf(value: unknown): { readonly width: number; readonly height: number } {
  const { width, height } = (value ?? {}) as { readonly width?: unknown; readonly height?: unknown };
  const atLeast = (size: unknown) => Math.max(20, Math.ceil(Number(size) || 0));
  return { width: atLeast(width), height: atLeast(height) };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}
