import ts from 'typescript';
import type { FunctionShape } from '../facts.ts';

/** A function that is shorter and flatter than this is not worth carrying about. */
const FLOOR = { lines: 40, depth: 4 };

interface Visit {
  readonly node: ts.Node;
  /** The function around the node. */
  readonly owner: Counting | undefined;
  /** Control statements around the node, within its function. */
  readonly depth: number;
  /** What a function without a name is called after: the variable, property or call it stands in. */
  readonly hint: string;
}

type Counting = { -readonly [Key in keyof FunctionShape]: FunctionShape[Key] };

/**
 * Measures every function of a file: its own lines, and how deeply its statements are nested. A function
 * inside another counts for itself; `else if` goes on with the same level.
 */
export function functionShapes(file: ts.SourceFile): FunctionShape[] {
  const shapes: Counting[] = [];
  // A list instead of recursion: `'a' + 'b' + …` of a generated file nests deeper than the stack is.
  const waiting: Visit[] = [{ node: file, owner: undefined, depth: 0, hint: '' }];
  for (let visit = waiting.pop(); visit; visit = waiting.pop()) {
    const inner = enter(file, visit, shapes);
    ts.forEachChild(visit.node, (node) => {
      const isElseIf =
        ts.isIfStatement(visit.node) && ts.isIfStatement(node) && visit.node.elseStatement === node;
      waiting.push({ ...inner, node, depth: isElseIf ? inner.depth - 1 : inner.depth });
    });
  }
  return shapes
    .filter(({ lines, depth }) => lines >= FLOOR.lines || depth >= FLOOR.depth)
    .sort((a, b) => a.line - b.line);
}

function enter(file: ts.SourceFile, visit: Visit, shapes: Counting[]): Omit<Visit, 'node'> {
  const { node, owner, depth } = visit;
  if (isFunctionWithBody(node)) {
    const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
    const span = file.getLineAndCharacterOfPosition(node.end).line + 1 - line;
    const shape: Counting = { line, name: nameOf(node, visit.hint), lines: span + 1, depth: 0 };
    if (owner) owner.lines -= span;
    shapes.push(shape);
    return { owner: shape, depth: 0, hint: '' };
  }
  const hint = hintOf(node) ?? visit.hint;
  if (!CONTROL.has(node.kind)) return { owner, depth, hint };
  if (owner) owner.depth = Math.max(owner.depth, depth + 1);
  return { owner, depth: depth + 1, hint };
}

function isFunctionWithBody(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;
}

const CONTROL: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.IfStatement,
  ts.SyntaxKind.ForStatement,
  ts.SyntaxKind.ForInStatement,
  ts.SyntaxKind.ForOfStatement,
  ts.SyntaxKind.WhileStatement,
  ts.SyntaxKind.DoStatement,
  ts.SyntaxKind.SwitchStatement,
  ts.SyntaxKind.TryStatement,
  ts.SyntaxKind.WithStatement,
]);

function nameOf(node: ts.FunctionLikeDeclaration, hint: string): string {
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  return plainName(node.name) ?? (hint === '' ? 'a function without a name' : hint);
}

function hintOf(node: ts.Node): string | undefined {
  if (ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node) || ts.isPropertyDeclaration(node)) {
    return plainName(node.name);
  }
  if (!ts.isCallExpression(node)) return undefined;
  const called = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression;
  return ts.isIdentifier(called) ? `a function passed to ${called.text}` : undefined;
}

function plainName(name: ts.Node | undefined): string | undefined {
  if (!name) return undefined;
  return ts.isIdentifier(name) || ts.isPrivateIdentifier(name) || ts.isStringLiteral(name)
    ? name.text
    : undefined;
}
