import { basename } from 'node:path';
import type { Finding, Kind } from '../facts.ts';
import { KINDS, kinds } from '../facts.ts';
import { lookFirst } from '../rank.ts';
import { bytes, count, duration } from '../words.ts';
import { html, relativeHref } from './escape.ts';
import { graphSvg, STATUS } from './graph.ts';
import type { ReportPlace } from './markdown.ts';
import { aboutRun, otherPlaces, placeOf, timeTaken } from './phrases.ts';
import type { Review, RunRecord } from './review.ts';
import { STYLE } from './style.ts';
import { timelineSvg } from './timeline.ts';

const LISTED = 200;
const FIRST = 12;

/** Writes the report as one page that needs nothing but itself. */
export function reportHtml(review: Review, run: RunRecord, place: ReportPlace): string {
  const found = kinds().filter((kind) => review.totals[kind] > 0);
  const table = (findings: readonly Finding[]): string => findingsTable(findings, review.folder, place.out);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Review of ${html(basename(review.folder))}</title>
<style>${STYLE}</style>
</head>
<body>
${header(review, run, place, found)}
<main>
${found.length === 0 ? '' : `<h2>Look at these first</h2>\n${table(lookFirst(review.findings, FIRST))}`}
<h2>How the work went</h2>
<div class="picture">${graphSvg(run.steps)}</div>
<h2>Who did what when</h2>
<div class="picture">${timelineSvg(run.lanes, run.durationMs)}</div>
<p class="soft">The fuller a bar, the busier the agent; a red mark is an attempt that failed.</p>
${runSection(run)}
${found.length === 0 ? '' : '<h2>All findings</h2>'}
${found.map((kind) => kindSection(kind, review, table)).join('\n')}
${review.remarks.length === 0 ? '' : `<h2>Remarks</h2><ul>${review.remarks.map((remark) => `<li>${html(remark)}</li>`).join('')}</ul>`}
<footer>Written by the review team, an example of cadre.</footer>
</main>
</body>
</html>
`;
}

function header(review: Review, run: RunRecord, place: ReportPlace, found: readonly Kind[]): string {
  const { counts, totals } = review;
  const cards = found.map(
    (kind) =>
      `<li><a href="#${kind}"><strong>${totals[kind].toLocaleString('en')}</strong>${html(KINDS[kind])}</a></li>`,
  );
  const date = new Date(run.startedAt).toISOString();
  return `<header>
<h1 title="${html(review.folder)}">Review of ${html(basename(review.folder))}</h1>
<p class="soft">${count(counts.files, 'file')}, ${bytes(counts.bytes)}, ${count(counts.lines, 'line')} of text.
Reviewed in ${duration(run.durationMs)} on <time datetime="${date}">${date.slice(0, 16).replace('T', ' ')} UTC</time>.</p>
${place.summary === undefined ? '' : `<p>${html(place.summary)}</p>`}
${found.length === 0 ? '<p>Nothing was found.</p>' : `<ul class="cards">${cards.join('')}</ul>`}
</header>`;
}

function kindSection(
  kind: Kind,
  { findings, totals }: Review,
  table: (findings: readonly Finding[]) => string,
): string {
  const shown = findings.filter((finding) => finding.kind === kind).slice(0, LISTED);
  const rest = totals[kind] - shown.length;
  return `<details id="${kind}"${shown.length <= 10 ? ' open' : ''}>
<summary>${html(KINDS[kind])} <span class="soft">${totals[kind].toLocaleString('en')}</span></summary>
${table(shown)}${rest > 0 ? `<p class="soft">and ${count(rest, 'more', 'more')}</p>` : ''}
</details>`;
}

function findingsTable(findings: readonly Finding[], folder: string, out: string): string {
  const rows = findings.map((finding) => {
    const { severity, path, message } = finding;
    const also = otherPlaces(finding, 5);
    return `<tr><td><span class="badge ${severity}">${severity}</span></td>
<td class="place"><a href="${html(relativeHref(out, folder, path))}">${html(placeOf(finding))}</a></td>
<td class="message">${html(message)}${also === '' ? '' : `<br><small class="soft">${html(also)}</small>`}</td></tr>`;
  });
  return `<div class="scroll"><table><thead><tr><th scope="col">severity</th><th scope="col">place</th>\
<th scope="col">finding</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function runSection(run: RunRecord): string {
  const agents = run.agents.map(
    ({ name, completed, failed }) =>
      `<tr><th scope="row">${html(name)}</th><td class="number">${completed.toLocaleString('en')}</td>\
<td class="number">${failed.toLocaleString('en')}</td></tr>`,
  );
  const steps = run.steps.map(
    (step) =>
      `<tr><th scope="row">${html(step.id)}</th><td>${html(STATUS[step.status])}</td>\
<td class="number">${timeTaken(step)}</td></tr>`,
  );
  return `<h2>The run</h2>
<p>${html(aboutRun(run))}</p>
<details><summary>Agents</summary><table><thead><tr><th scope="col">agent</th><th scope="col" class="number">tasks done</th>\
<th scope="col" class="number">failed attempts</th></tr></thead><tbody>${agents.join('\n')}</tbody></table></details>
<details><summary>Steps</summary><table><thead><tr><th scope="col">step</th><th scope="col">status</th>\
<th scope="col" class="number">time</th></tr></thead><tbody>${steps.join('\n')}</tbody></table></details>
${retriesOf(run)}`;
}

function retriesOf({ retried, retries }: RunRecord): string {
  if (retried === 0) return '';
  const items = retries.map(({ who, message }) => `<li>${html(`${who}: ${message}`)}</li>`);
  const rest =
    retried > retries.length
      ? `<p class="soft">and ${count(retried - retries.length, 'more', 'more')}</p>`
      : '';
  return `<details><summary>Retries <span class="soft">${retried.toLocaleString('en')}</span></summary>
<ul>${items.join('\n')}</ul>${rest}</details>`;
}
