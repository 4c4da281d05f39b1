import ts from 'typescript';
import type { BareExport, FunctionShape, Mark } from '../facts.ts';
import { bareExports } from './exports.ts';
import { functionShapes } from './functions.ts';
import { markOf, mayHaveMarks } from './marks.ts';

/** What TypeScript or JavaScript text exports without a word, nests deeply, and leaves for later. */
export interface SourceReading {
  readonly bare: BareExport[];
  readonly functions: FunctionShape[];
  readonly marks: Mark[];
}

const SOURCE = /\.[cm]?[jt]sx?$/i;

/** Whether the compiler can parse a file, by how its name ends. */
export function isSource(path: string): boolean {
  return SOURCE.test(path);
}

/** Parses one file; nothing is resolved or type-checked, so that a file stands for itself. */
export function readSource(path: string, text: string): SourceReading {
  const file = ts.createSourceFile(path, text, {
    languageVersion: ts.ScriptTarget.Latest,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  });
  return { bare: bareExports(file), functions: functionShapes(file), marks: marksInTrivia(file) };
}

const MARK = /\b(?:TODO|FIXME)\b/g;

/** A mark is a comment's when no identifier, string or other token covers it. */
function marksInTrivia(file: ts.SourceFile): Mark[] {
  if (!mayHaveMarks(file.text)) return [];
  const marks: Mark[] = [];
  for (const { index } of file.text.matchAll(MARK)) {
    if (isInToken(file, index)) continue;
    const { line } = file.getLineAndCharacterOfPosition(index);
    const mark = markOf(commentLine(file.text, index), line + 1);
    const last = marks.at(-1);
    if (mark && (last?.line !== mark.line || last.text !== mark.text)) marks.push(mark);
  }
  return marks;
}

function isInToken(file: ts.SourceFile, offset: number): boolean {
  let node: ts.Node | undefined = file;
  while (node) {
    const parent: ts.Node = node;
    node = ts.forEachChild(parent, (child) =>
      child.pos <= offset && offset < child.end ? child : undefined,
    );
    // In a leaf, what is not before its first character is the token itself.
    if (!node) return parent !== file && isLeaf(parent) && offset >= parent.getStart(file);
  }
  return false;
}

function isLeaf(node: ts.Node): boolean {
  return node.kind < ts.SyntaxKind.FirstNode || ts.isJsxText(node);
}

/** The line from the comment's opening on: what stands before it is code. */
function commentLine(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset) + 1;
  const before = text.slice(start, offset);
  const opening = Math.max(before.lastIndexOf('//'), before.lastIndexOf('/*'));
  const end = text.indexOf('\n', offset);
  return text.slice(start + Math.max(opening, 0), end < 0 ? undefined : end).trimEnd();
}
