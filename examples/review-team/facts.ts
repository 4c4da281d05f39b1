/** Something the survey met. Paths are relative to the reviewed folder and use forward slashes. */
export interface Entry {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** When its content last changed, in epoch milliseconds. */
  readonly changedAt: number;
  /** Why nothing can be read here: a folder without permission, a link that leads nowhere. */
  readonly problem?: string;
}

/** A relative link or image of a Markdown file, as it is written. */
export interface Link {
  readonly line: number;
  readonly url: string;
}

/** A note somebody left for later. */
export interface Mark {
  readonly line: number;
  readonly tag: 'TODO' | 'FIXME';
  readonly text: string;
}

/** An exported symbol without documentation. */
export interface BareExport {
  readonly line: number;
  readonly name: string;
}

/** A function that is long or deep enough to be looked at. */
export interface FunctionShape {
  readonly line: number;
  readonly name: string;
  /** Lines of its own: those of functions inside it are not counted. */
  readonly lines: number;
  /** The most control statements around one statement. */
  readonly depth: number;
}

type Read = Omit<Entry, 'problem'>;

/** What text of any language has. */
interface TextFacts extends Read {
  readonly kind: 'text';
  /** One hash a line, 0 for a line that says nothing (blank, a lone bracket). */
  readonly hashes: Int32Array;
  readonly marks: readonly Mark[];
}

/** What a Markdown file has. */
interface MarkdownFacts extends Omit<TextFacts, 'kind'> {
  readonly kind: 'markdown';
  readonly links: readonly Link[];
  /** Where a link may point inside this file: slugs of headings, and ids in HTML, in lower case. */
  readonly anchors: readonly string[];
}

/** What a TypeScript or JavaScript file has. */
interface SourceFacts extends Omit<TextFacts, 'kind'> {
  readonly kind: 'source';
  readonly bare: readonly BareExport[];
  readonly functions: readonly FunctionShape[];
}

/** A file that is known by name and size only. `data` and `generated` files hold nothing to review. */
interface SkimmedFacts extends Read {
  readonly kind: 'binary' | 'large' | 'data' | 'generated';
}

/** A file that nobody could read. */
interface UnreadFacts extends Read {
  readonly kind: 'unread';
  readonly problem: string;
}

/** What a reader brings back from one file: facts, never the text. */
export type FileFacts = TextFacts | MarkdownFacts | SourceFacts | SkimmedFacts | UnreadFacts;

/** What a finding can be about, in the order of the report, with the words the report uses. */
export const KINDS = {
  link: 'Broken links',
  anchor: 'Links to missing headings',
  unread: 'Files that could not be read',
  duplicate: 'Passages that stand more than once',
  deep: 'Deeply nested functions',
  long: 'Long functions',
  mark: 'TODO and FIXME',
  undocumented: 'Exports without documentation',
  large: 'Very large files',
  binary: 'Binary files',
} as const;

/** What a finding is about. */
export type Kind = keyof typeof KINDS;

/** Every kind of finding, in the order of the report. */
export function kinds(): Kind[] {
  return Object.keys(KINDS) as Kind[];
}

/** How much a finding matters. */
export type Severity = 'high' | 'medium' | 'low' | 'note';

/** Lines of a file, both ends included. */
export interface Place {
  readonly path: string;
  readonly line: number;
  readonly endLine: number;
}

/** One thing worth a person's look. */
export interface Finding {
  readonly kind: Kind;
  readonly severity: Severity;
  readonly path: string;
  /** Counted from 1; 0 when the finding is about the whole file. */
  readonly line: number;
  readonly message: string;
  /** Orders findings of one severity: lines, names or bytes, whatever the kind counts. */
  readonly weight: number;
  /** The last line, of a finding about a passage. */
  readonly endLine?: number;
  /** Other places of the same thing. */
  readonly also?: readonly Place[];
}

/** What one check brings back. */
export interface CheckResult {
  /** The weightiest findings, never more than {@link MAX_FINDINGS} of a kind. */
  readonly findings: readonly Finding[];
  /** How many there were of each kind, listed or not. */
  readonly totals: Partial<Readonly<Record<Kind, number>>>;
  /** What a reader of the report should know about this check. */
  readonly remarks: readonly string[];
}

/** Findings of one kind that travel on; the rest is only counted, so that memory stays bounded. */
export const MAX_FINDINGS = 2_000;
