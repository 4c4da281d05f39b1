import { revivePayload } from '../kernel/payload.ts';
import { type EntryDetails, type EntryType, typeOf } from './history.ts';
import { UnreadableRunError } from './resume-errors.ts';

/** The version of what is written here. A later one reads all before it. */
const FORMAT = 1;

/** What the first entry of a run says. */
export interface RunOrigin {
  readonly workflow: string;
  /** Which version of the workflow it began with. */
  readonly version: string;
  /** The fingerprint of that; undefined for a definition that was made at run time. */
  readonly fingerprint: string | undefined;
  readonly input: unknown;
  /** Until when it has time, in epoch milliseconds; undefined for ever. */
  readonly deadlineAt: number | undefined;
  /** The run and step that it is part of. */
  readonly parent: { readonly runId: string; readonly step: string } | undefined;
}

/** One thing that happened, as it was read. */
export interface StoredEntry {
  readonly type: EntryType;
  /** In epoch milliseconds. */
  readonly at: number;
  /** The step's id; undefined where it is about the run. */
  readonly step: string | undefined;
  readonly details: EntryDetails | undefined;
  /** The output of a step that is completed, or of the run. */
  readonly output: unknown;
}

/** Everything that is stored of a run. */
export interface StoredRun {
  readonly id: string;
  readonly origin: RunOrigin;
  /** That of the definition that it goes on with. */
  readonly fingerprint: string | undefined;
  /** The owner that it has, or had; undefined when it was suspended. */
  readonly owner: string | undefined;
  /** How many owners it has had. */
  readonly epoch: number;
  /** The sequence of the last entry. */
  readonly last: number;
  readonly entries: readonly StoredEntry[];
  readonly ended: boolean;
}

/** What an entry is made of. Payloads are text already. */
export interface EntryParts {
  readonly type: EntryType;
  readonly at: number;
  readonly step: string | undefined;
  readonly details: object | undefined;
  readonly payload: string | undefined;
}

/** The text of an entry: JSON, with the payload under `output`, or under `input` where a run begins. */
export function entryText({ type, at, step, details, payload }: EntryParts): string {
  const facts = JSON.stringify({ type, at, step, ...details });
  if (payload === undefined) return facts;
  return `${facts.slice(0, -1)},"${type === 'run.started' ? 'input' : 'output'}":${payload}}`;
}

/** What the first entry says beside its input. */
export function originDetails(origin: RunOrigin, owner: string): object {
  const { workflow, version, fingerprint, deadlineAt, parent } = origin;
  return { format: FORMAT, workflow, version, fingerprint, deadlineAt, parent, owner };
}

/** When a run ended, in epoch milliseconds, if a text is the last entry that a run can have. */
export function endOf(text: string): number | undefined {
  const match = /^\{"type":"run\.(?:completed|failed|cancelled)","at":(\d+)/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

/** Reads all entries of a stream. @throws UnreadableRunError */
export function readRun(id: string, texts: readonly string[]): StoredRun {
  let origin: RunOrigin | undefined;
  let owner: string | undefined;
  let epoch = 0;
  let ended = false;
  let entries: StoredEntry[] = [];
  let fingerprint: string | undefined;
  for (const text of texts) {
    const parsed = parse(id, text);
    const { type, at, step, output } = parsed;
    if (typeOf(type) === undefined || typeof at !== 'number')
      throw new UnreadableRunError(id, 'an entry of a kind that is not known');
    if (origin === undefined) origin = originOf(id, parsed, text);
    if (type === 'run.suspended') owner = undefined;
    else if (parsed.owner !== undefined) {
      owner = parsed.owner;
      epoch++;
    }
    ended ||= endOf(text) !== undefined;
    fingerprint = parsed.fingerprint ?? fingerprint;
    const { dropped } = parsed;
    if (dropped !== undefined && dropped.length > 0) {
      const gone = new Set(dropped);
      entries = entries.filter((entry) => entry.step === undefined || !gone.has(entry.step));
    }
    entries.push({
      type: type as EntryType,
      at,
      step,
      details: detailsOf(parsed),
      output: revivePayload(text, output),
    });
  }
  if (origin === undefined) throw new UnreadableRunError(id, 'there is no entry');
  return { id, origin, fingerprint, owner, epoch, last: texts.length, entries, ended };
}

interface Parsed extends EntryDetails {
  readonly type: string;
  readonly at: number;
  readonly format?: number;
  readonly workflow?: string;
  readonly version?: string;
  readonly fingerprint?: string;
  readonly dropped?: readonly string[];
  readonly deadlineAt?: number;
  readonly parent?: { readonly runId: string; readonly step: string };
  readonly owner?: string;
  readonly input?: unknown;
  readonly step?: string;
  readonly output?: unknown;
}

function parse(id: string, text: string): Parsed {
  try {
    return JSON.parse(text) as Parsed;
  } catch (error) {
    throw new UnreadableRunError(id, 'an entry is no JSON', error);
  }
}

function originOf(id: string, parsed: Parsed, text: string): RunOrigin {
  const { type, format, workflow, version = '1', fingerprint, input, deadlineAt, parent } = parsed;
  if (type !== 'run.started' || typeof workflow !== 'string')
    throw new UnreadableRunError(id, 'the first entry is not its start');
  if (format !== FORMAT)
    throw new UnreadableRunError(id, `its format is ${format}, and this version reads ${FORMAT}`);
  return { workflow, version, fingerprint, input: revivePayload(text, input), deadlineAt, parent };
}

const NO_DETAILS: ReadonlySet<string> = new Set([
  'type',
  'at',
  'format',
  'workflow',
  'version',
  'fingerprint',
  'dropped',
  'deadlineAt',
  'parent',
  'owner',
  'input',
  'step',
  'output',
]);

/** What an entry says beside; undefined when it says nothing, as in entries that are made here. */
function detailsOf(parsed: Parsed): EntryDetails | undefined {
  const said = Object.entries(parsed).filter(([key]) => !NO_DETAILS.has(key));
  return said.length === 0 ? undefined : (Object.fromEntries(said) as EntryDetails);
}
