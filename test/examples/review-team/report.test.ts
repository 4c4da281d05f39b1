import { fromMarkdown } from 'mdast-util-from-markdown';
import { describe, expect, it } from 'vitest';
import { Board } from '../../../examples/review-team/board.ts';
import { type Finding, KINDS } from '../../../examples/review-team/facts.ts';
import { relativeHref } from '../../../examples/review-team/report/escape.ts';
import { graphSvg } from '../../../examples/review-team/report/graph.ts';
import { reportHtml } from '../../../examples/review-team/report/html.ts';
import { reportMarkdown } from '../../../examples/review-team/report/markdown.ts';
import {
  type Review,
  type RunRecord,
  toRecord,
  toReview,
} from '../../../examples/review-team/report/review.ts';
import { timelineSvg } from '../../../examples/review-team/report/timeline.ts';

const HOSTILE = 'a<script>alert(1)</script>&"`|[x](y)*.md';

function makeReview(path = 'docs/a.md'): Review {
  const also = [{ path, line: 3, endLine: 9 }];
  const findings: readonly Finding[] = [
    { kind: 'duplicate', severity: 'low', path, line: 3, message: '9 lines', weight: 9, also },
    { kind: 'link', severity: 'high', path, line: 2, message: `${path} does not exist`, weight: 1 },
  ];
  const counts = { files: 2, bytes: 2_048, lines: 60, uncompared: 0 };
  return toReview('/repo', counts, { findings, totals: { link: 1, duplicate: 3 }, remarks: ['a remark'] });
}

function makeRun(): RunRecord {
  const board = new Board(
    [
      { id: 'read', after: [], target: 'read-file' },
      { id: 'edit', after: ['read'], target: 'edit' },
    ],
    ['reader-1'],
    0,
  );
  for (const event of [
    { type: 'step.started', at: 0, step: 'read' },
    { type: 'task.submitted', at: 0, taskId: '1', target: 'read-file' },
    { type: 'task.started', at: 1, taskId: '1', agent: 'reader-1' },
    { type: 'task.retried', at: 2, taskId: '1', agent: 'reader-1', error: { message: HOSTILE } },
    { type: 'step.completed', at: 1_200, step: 'read' },
  ]) {
    board.apply(event);
  }
  return toRecord(board, { endedAt: 2_000, peakMemory: 5_000_000, concurrency: 8, failRate: 0.2 });
}

const place = { out: '/repo/review' };

describe('toReview', () => {
  it('ranks findings and counts every kind', () => {
    const { findings, totals, remarks } = makeReview();

    expect(findings.map(({ kind }) => kind)).toEqual(['link', 'duplicate']);
    expect(totals).toMatchObject({ link: 1, duplicate: 3, long: 0 });
    expect(remarks).toEqual(['a remark']);
  });
});

describe('reportHtml', () => {
  it('shows findings, graph, timeline and the run', () => {
    const page = reportHtml(makeReview(), makeRun(), place);

    for (const text of [
      KINDS.link,
      '<svg class="graph"',
      '<svg class="timeline"',
      '✓ done, 1.2 s',
      '1 retry',
      '20 %',
    ]) {
      expect(page).toContain(text);
    }
    expect(page).toContain('<a href="../docs/a.md">docs/a.md:2</a>');
    expect(page).toContain('also docs/a.md:3–9');
  });

  it('needs nothing from elsewhere', () => {
    const page = reportHtml(makeReview(), makeRun(), place);

    expect(page).not.toMatch(/<(script|link|img|iframe|object)\b|url\((?!#)|@import|https?:/i);
    expect(page).toContain('prefers-color-scheme: dark');
  });

  it('shows hostile names and messages as text', () => {
    const page = reportHtml(makeReview(HOSTILE), makeRun(), { ...place, summary: HOSTILE });

    expect(page).not.toContain('<script');
    expect(page).toContain('a&lt;script&gt;');
  });

  it('says so when nothing was found', () => {
    const review = {
      ...makeReview(),
      findings: [],
      remarks: [],
      totals: { ...makeReview().totals, link: 0, duplicate: 0 },
    };

    expect(reportHtml(review, makeRun(), place)).toContain('Nothing was found.');
    expect(reportMarkdown(review, makeRun(), place)).toContain('Nothing was found.');
  });
});

describe('reportMarkdown', () => {
  it('lists findings with links to the files, and the run', () => {
    const text = reportMarkdown(makeReview(), makeRun(), { ...place, summary: 'All in all fine.' });

    expect(text).toContain('- **high** [docs/a.md:2](<../docs/a.md>) docs/a.md does not exist\n');
    expect(text).toContain('| Passages that stand more than once | 3 |');
    expect(text).toContain('s0 --> s1');
    expect(text).toContain('All in all fine.');
    expect(text).toContain('- … and 2 more');
  });

  it('shows hostile names and messages as text', () => {
    const tree = JSON.stringify(fromMarkdown(reportMarkdown(makeReview(HOSTILE), makeRun(), place)));

    expect(tree).not.toContain('"type":"html"');
    expect(tree).not.toContain('"url":"y"');
  });
});

describe('graphSvg', () => {
  it('draws a box for every step and an arrow for every dependency, whatever the steps are called', () => {
    const svg = graphSvg([
      { id: 'constructor', after: [], target: '__proto__', status: 'completed', startedAt: 0, endedAt: 5 },
      { id: '__proto__', after: ['constructor'], target: '<b>', status: 'failed' },
    ]);

    expect(svg.match(/<g class="step/g)).toHaveLength(2);
    expect(svg.match(/class="edge"/g)).toHaveLength(1);
    expect(svg).toContain('✓ done, 5 ms');
    expect(svg).not.toContain('<b>');
    expect(svg).not.toContain('NaN');
  });
});

describe('timelineSvg', () => {
  it('draws a row an agent and stays within the picture', () => {
    const lane = { agent: 'ada', bars: [{ from: 0, to: 128, load: 1 }], failures: [200] };
    const svg = timelineSvg([lane, { ...lane, agent: 'bob' }], 100);

    expect(svg.match(/class="agent"/g)).toHaveLength(2);
    for (const [, x = '', width = ''] of svg.matchAll(
      /<rect class="work" x="([\d.]+)" y="\d+" width="([\d.]+)"/g,
    )) {
      expect(Number(x) + Number(width)).toBeLessThanOrEqual(880);
    }
  });

  it('draws a run of no length', () => {
    expect(timelineSvg([], 0)).not.toContain('NaN');
  });
});

describe('relativeHref', () => {
  it('leads from the report to the file, with every character encoded that has a meaning', () => {
    expect(relativeHref('/repo/review', '/repo', 'a b/#c?.md')).toBe('../a%20b/%23c%3F.md');
    expect(relativeHref('/out', '/repo', 'a.md')).toBe('../repo/a.md');
  });
});
