import { figure, table } from '../../harness/table.ts';
import { pinnedVersion } from './install.ts';
import type { Row, Standing } from './job.ts';
import type { Peer } from './roster.ts';

/** Remarks on cells, numbered in the order in which they appear. */
class Remarks {
  readonly #texts: string[] = [];

  /** The mark of a remark, as it stands in the cell. */
  mark(text: string): string {
    if (!this.#texts.includes(text)) this.#texts.push(text);
    return ` [${this.#texts.indexOf(text) + 1}]`;
  }

  lines(): string[] {
    return this.#texts.map((text, at) => `[${at + 1}] ${text}`);
  }
}

function cell(standing: Standing | undefined, remarks: Remarks): string {
  if (standing === undefined) return '–';
  if (standing.error !== undefined) return 'failed';
  let text = figure(standing.ratio);
  if (standing.lacks) text += remarks.mark(`${standing.lacks}: not the whole job, left out of "best peer"`);
  if (standing.reducedTo !== undefined) {
    text += remarks.mark(`measured at size ${standing.reducedTo}, and so is the limit it is compared with`);
  }
  return text;
}

function verdict({ lead }: Row): string {
  if (lead === undefined) return '–';
  return lead > 1 ? `yes, ${figure(lead)} ×` : `no, ${figure(lead)} ×`;
}

/** The table, what its marks mean, and the versions of the peers. */
export function describe(rows: readonly Row[], peers: readonly Peer[]): string {
  const remarks = new Remarks();
  const columns = peers.filter(({ name }) => rows.some((row) => row.peers.has(name)));
  const head = [
    'workload',
    'per',
    'limit µs',
    'ours',
    ...columns.map(({ name }) => name),
    'best peer',
    'ahead',
  ];
  const body = rows.map((row) => [
    row.workload.id,
    row.workload.unit,
    row.limit.error === undefined ? figure(row.limit.us) : 'failed',
    cell(row.ours, remarks),
    ...columns.map(({ name }) => cell(row.peers.get(name), remarks)),
    row.best ?? '–',
    verdict(row),
  ]);
  const versions = columns.flatMap(({ package: name }) => (name ? [`${name} ${pinnedVersion(name)}`] : []));
  const lines = [table(head, body), '', ...remarks.lines()];
  lines.push('Ours and peers: times the limit. Ahead: the best peer over ours; above 1, ours is faster.');
  if (versions.length > 0) lines.push(`Peers: ${versions.join(', ')}.`);
  return lines.join('\n');
}

/** The same for `--json`. */
export function asJson(row: Row): unknown {
  const { workload, size, limit, ours, peers, best, lead } = row;
  const { id, title, unit } = workload;
  return { id, title, unit, size, limit, ours, peers: Object.fromEntries(peers), best, lead };
}
