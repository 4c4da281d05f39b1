import ts from 'typescript';
import type { BareExport } from '../facts.ts';

/**
 * The symbols a module exports without a documentation comment, in the order of the text. Overloads and
 * merged declarations need one comment among them; what is passed on from another module is documented
 * there, and an expression behind `export default` has no name to document.
 */
export function bareExports(file: ts.SourceFile): BareExport[] {
  const declared = new Map<string, { line: number; isExported: boolean; isDocumented: boolean }>();
  for (const statement of file.statements) {
    for (const name of declaredNames(statement)) {
      const known = declared.get(name);
      declared.set(name, {
        line: known?.line ?? lineOf(file, statement),
        isExported: known?.isExported === true || isExported(statement),
        isDocumented: known?.isDocumented === true || isDocumented(file, statement),
      });
    }
  }
  const listed = new Set(file.statements.flatMap(localNames));
  return [...declared]
    .filter(([name, { isExported, isDocumented }]) => (isExported || listed.has(name)) && !isDocumented)
    .map(([name, { line }]) => ({ name, line }));
}

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.flatMap(boundNames);
  const isDeclaration =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isModuleDeclaration(statement);
  return isDeclaration ? [statement.name?.text ?? 'default'] : [];
}

function boundNames({ name }: ts.VariableDeclaration | ts.BindingElement): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? boundNames(element) : []));
}

/** The names in `export { a, b as c }` and `export default a`, as they are called in this file. */
function localNames(statement: ts.Statement): string[] {
  if (ts.isExportAssignment(statement) && ts.isIdentifier(statement.expression))
    return [statement.expression.text];
  if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier || !statement.exportClause) return [];
  if (!ts.isNamedExports(statement.exportClause)) return [];
  return statement.exportClause.elements.map((element) => (element.propertyName ?? element.name).text);
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) === true;
}

function isDocumented(file: ts.SourceFile, statement: ts.Statement): boolean {
  const comments = ts.getLeadingCommentRanges(file.text, statement.pos) ?? [];
  return comments.some(({ pos, end }) => file.text.startsWith('/**', pos) && end - pos > '/***/'.length);
}

function lineOf(file: ts.SourceFile, node: ts.Node): number {
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
}
