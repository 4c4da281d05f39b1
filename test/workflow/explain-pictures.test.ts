import dagre from '@dagrejs/dagre';
import { describe, expect, it } from 'vitest';
import { defineWorkflow } from '../../src/index.ts';
import { explain } from '../../src/workflow/explain/explain.ts';
import { thrownBy } from '../support/outcome.ts';

const run = () => 1;
const HOSTILE = [
  '"]-->x["',
  '<script>alert(1)</script>',
  '&amp;</text></svg>',
  "'onload='x",
  'end',
  'constructor',
  '`**a**`',
  '1)',
  '#quot;',
  '%%{init:{}}%%',
  '-->',
  'ﬂ°°35¶ß',
  '名前🙂',
  '\u202egnp.exe',
  '-',
].map((name) => name.replaceAll('>', '›').replaceAll('*', '×'));

const hostile = defineWorkflow('a"<b>&\''.replaceAll('>', '›'), {
  steps: HOSTILE.map((id, i) => ({ id, run, after: i > 0 ? [HOSTILE[i - 1]!] : [] })),
});
const nasty = Object.defineProperty(() => 1, 'name', { value: '\u001b[31m<b>\n"x"\ud800]]>' });
const trip = explain(
  defineWorkflow('trip', { deadline: '1m' })
    .step('flights', { run: nasty, policy: { attempts: 2, timeout: '20s', backoff: { initial: 1_000 } } })
    .step('hotels', { run, when: () => true })
    .step('plan', { run, after: ['flights', 'hotels'] }),
  { estimates: { flights: '90s', plan: 5, hotels: 1 } },
);

/** What a parser of XML would complain of: tags that do not match, or signs that may not stand in text or attributes. */
function faultsOf(xml: string): string[] {
  const open: string[] = [];
  const faults: string[] = [];
  const tag = /<(\/?)([a-z]+)((?: [a-zA-Z:-]+="[^"<]*")*)(\/?)>/g;
  const rest = xml.replace(tag, (_all, closes: string, name: string, _attributes, isEmpty: string) => {
    if (closes !== '' && open.pop() !== name) faults.push(`</${name}>`);
    if (closes === '' && isEmpty === '') open.push(name);
    return '';
  });
  if (/[<>]|&(?!(?:amp|lt|gt|quot|#39);)/.test(rest)) faults.push(rest);
  if (/[^\P{Cc}\n]|[\p{Cs}\ufffe\uffff]/u.test(xml)) faults.push('signs');
  return [...faults, ...open];
}

describe('as text', () => {
  it('is a table with figures above and warnings below', () => {
    expect(trip.toText()).toBe(
      `\
trip: 3 steps on 2 levels, up to 2 side by side, 1000 at once
at worst       4 attempts, 1m (deadline: 1m)
critical path  1m 30s: flights → plan

   step     runs                       after            when  attempts  timeout  at worst  estimate
*  flights  function \ufffd[31m<b>\ufffd"x"\ufffd]]>                         2         20s      41s       1m 30s
   hotels   function                                    open  1         5m       5m        1ms
*  plan     function                   flights, hotels        1         5m       5m        5ms

! worst-case-above-deadline (trip): At worst it would take 10m, but a run has only 1m.
`,
    );
  });

  it('holds no sign that a terminal would take for an order', () => {
    const text = explain(hostile).toText() + trip.toText();

    expect(text).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u);
  });

  it('shows workflows within, too', () => {
    const inner = defineWorkflow('inner').step('x', { run });
    const text = explain(defineWorkflow('outer').step('s', { run: inner, input: run })).toText();

    expect(text).toContain('outer: 1 step on 1 level');
    expect(text).toContain('inner: 1 step on 1 level');
  });
});

describe('as Mermaid', () => {
  it('is a flowchart with the critical path drawn thick', () => {
    expect(
      explain(
        defineWorkflow('w')
          .step('a', { run })
          .step('b', { run, after: ['a'], when: () => true })
          .step('c', { run, after: ['a'] }),
        { estimates: { c: '2s' } },
      ).toMermaid(),
    ).toBe(`\
flowchart LR
  s0["a<br/>function"]:::critical
  s1["b<br/>function"]:::conditional
  s2["c<br/>function<br/>2s"]:::critical
  s0 --> s1
  s0 ==> s2
  classDef critical stroke-width:3px
  classDef conditional stroke-dasharray:5
`);
  });

  it('keeps every name inside its label', () => {
    const lines = explain(hostile).toMermaid().split('\n');
    const nodes = lines.slice(1, HOSTILE.length + 1);

    for (const line of nodes) {
      expect(line).toMatch(
        /^ {2}s\d+\["(?:[\p{L}\p{N} ]|(?<=[\p{L}\p{N}])[-_.:](?=[\p{L}\p{N}])|#\d+;|<br\/>)+"\]:::critical$/u,
      );
    }
    expect(nodes[0]).toContain('#34;#93;');
  });
});

describe('as SVG', () => {
  it('has a box for each step and an arrow for each edge, the critical ones marked, on a ground of its own', () => {
    const svg = trip.toSvg(dagre);

    expect(faultsOf(svg)).toEqual([]);
    expect(svg.match(/<g>/g)?.length).toBe(3);
    expect(svg.match(/fill="none"/g)?.length).toBe(2);
    expect(svg.match(/stroke-width="2.5"/g)?.length).toBe(3);
    expect(svg.match(/stroke-dasharray/g)?.length).toBe(1);
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" role="img" aria-label="Steps of trip" width="\d+"/,
    );
    expect(svg).not.toMatch(/<style|class=|url\(|href|NaN|Infinity|undefined/);
  });

  it('escapes every name', () => {
    const svg = explain(hostile).toSvg(dagre);

    expect(faultsOf(svg)).toEqual([]);
    expect(svg).toContain('&lt;script›alert(1)&lt;/script›');
    expect(svg).not.toContain('<script');
  });

  it('draws a workflow without steps', () => {
    expect(faultsOf(explain(defineWorkflow('w')).toSvg(dagre))).toEqual([]);
  });

  it('refuses what is not dagre', () => {
    expect(thrownBy(() => trip.toSvg({} as never))).toMatchObject({
      code: 'INVALID_OPTIONS',
      option: 'dagre',
    });
    expect(thrownBy(() => trip.toSvg(undefined as never))).toMatchObject({ code: 'INVALID_OPTIONS' });
  });
});
