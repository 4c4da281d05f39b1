import type { ExplainedWorkflow } from './types.ts';
import { durationText, shown, targetText } from './words.ts';

const LONGEST_LABEL = 60;

/** What opens and closes a box, by what the step runs; anything else gets the plain one. */
const SHAPES: Readonly<Record<string, readonly [string, string]>> = {
  workflow: ['[[', ']]'],
  agent: ['([', '])'],
  capability: ['(', ')'],
  requirement: ['(', ')'],
};

/** An explanation as a Mermaid flowchart. Nodes are numbered: names are in labels only, where anything can be escaped. */
export function explanationMermaid({ steps, criticalPath }: ExplainedWorkflow): string {
  const places = new Map(steps.map(({ id }, place) => [id, place]));
  const before = predecessors(criticalPath.steps);
  const lines = ['flowchart LR'];
  for (const [place, step] of steps.entries()) {
    const { id, kind, estimateMs, condition, critical } = step;
    const [open, close] = SHAPES[kind] ?? ['[', ']'];
    const about = [targetText(step), ...(estimateMs === undefined ? [] : [durationText(estimateMs)])];
    const style = critical ? ':::critical' : condition === 'none' ? '' : ':::conditional';
    lines.push(`  s${place}${open}"${[id, ...about].map(label).join('<br/>')}"${close}${style}`);
  }
  for (const [place, { id, after }] of steps.entries()) {
    for (const one of after) {
      lines.push(`  s${places.get(one)} ${before.get(id) === one ? '==>' : '-->'} s${place}`);
    }
  }
  lines.push('  classDef critical stroke-width:3px', '  classDef conditional stroke-dasharray:5');
  return `${lines.join('\n')}\n`;
}

/** The step before each on a path. */
export function predecessors(path: readonly string[]): ReadonlyMap<string, string> {
  return new Map(path.slice(1).map((id, place) => [id, path[place]!]));
}

/**
 * Text that Mermaid shows as it is: all but letters, digits and spaces becomes a numbered entity, except for a few signs
 * between letters and digits, where they have no meaning to it.
 */
function label(text: string): string {
  return shown(text, LONGEST_LABEL).replace(
    /((?<=[\p{L}\p{N}])[-_.:](?=[\p{L}\p{N}]))|[^\p{L}\p{N} ]/gu,
    (sign, harmless?: string) => harmless ?? `#${sign.codePointAt(0)};`,
  );
}
