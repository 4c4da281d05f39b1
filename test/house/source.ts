import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';

/** Every TypeScript file below `src/`, from the root of the repository. */
export const sourceFiles: readonly string[] = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => `src/${file}`)
  .sort();

/** The syntax tree of a file. */
export function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
}

/** A node and everything below it, without its comments. */
export function walk(node: ts.Node): ts.Node[] {
  const below: ts.Node[] = [];
  node.forEachChild((child) => {
    below.push(...walk(child));
  });
  return [node, ...below];
}

/** The names a statement of a door spells out, types marked; undefined when it spells out none. */
export function exportedNames(statement: ts.Statement): string[] | undefined {
  if (!ts.isExportDeclaration(statement)) return undefined;
  const { exportClause, isTypeOnly } = statement;
  if (!exportClause || !ts.isNamedExports(exportClause)) return undefined;
  return exportClause.elements.map((element) =>
    isTypeOnly || element.isTypeOnly ? `${element.name.text} (type)` : element.name.text,
  );
}

/** Where a node stands, as `file:line`. */
export function placeOf(node: ts.Node): string {
  const file = node.getSourceFile();
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}
