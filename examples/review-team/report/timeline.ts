import type { Lane } from '../timeline.ts';
import { duration } from '../words.ts';
import { html } from './escape.ts';

const NAME = 150;
const CHART = 730;
const ROW = 24;
const TOP = 22;

/** Draws who worked when: a row an agent, the fuller a bar the busier the agent, a red mark for a failed attempt. */
export function timelineSvg(lanes: readonly Lane[], durationMs: number): string {
  const length = Math.max(durationMs, 1);
  const toX = (ms: number): number => NAME + (Math.min(ms, length) / length) * CHART;
  const height = TOP + lanes.length * ROW + 6;
  const ticks = axis(length).map((ms) => {
    const x = toX(ms).toFixed(1);
    return `<line class="grid" x1="${x}" y1="${TOP}" x2="${x}" y2="${height - 6}"/>
<text class="tick" x="${x}" y="14">${html(duration(ms))}</text>`;
  });
  const rows = lanes.map((lane, index) => row(lane, TOP + index * ROW, toX));
  return `<svg class="timeline" role="img" aria-label="Timeline of the agents" viewBox="0 0 ${NAME + CHART + 30} ${height}">
${[...ticks, ...rows].join('\n')}
</svg>`;
}

function row({ agent, bars, failures }: Lane, top: number, toX: (ms: number) => number): string {
  const work = bars.map(({ from, to, load }) => {
    const x = toX(from);
    const width = Math.max(1.5, toX(to) - x).toFixed(1);
    const opacity = 0.25 + 0.75 * load;
    return `<rect class="work" x="${x.toFixed(1)}" y="${top + 4}" width="${width}" height="${ROW - 8}" opacity="${opacity}"/>`;
  });
  const failed = failures.map((at) => {
    const x = toX(at).toFixed(1);
    return `<line class="failure" x1="${x}" y1="${top + ROW - 7}" x2="${x}" y2="${top + ROW - 1}"/>`;
  });
  const label = `<text class="agent" x="${NAME - 10}" y="${top + ROW / 2 + 4}">${html(agent)}</text>`;
  return `<g><title>${html(describe({ agent, bars, failures }))}</title>${[label, ...work, ...failed].join('')}</g>`;
}

/** Round points in time, five to ten of them. */
function axis(durationMs: number): number[] {
  const rough = Math.max(durationMs, 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [5, 2, 1].map((factor) => factor * power).find((candidate) => candidate <= rough) ?? power;
  return Array.from({ length: Math.floor(durationMs / step) + 1 }, (_, index) => index * step);
}

function describe({ agent, bars, failures }: Lane): string {
  const times = `${duration(bars[0]?.from ?? 0)} to ${duration(bars.at(-1)?.to ?? 0)}`;
  return `${agent}: from ${times}${failures.length > 0 ? ', with failed attempts' : ''}`;
}
