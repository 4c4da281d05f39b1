import ts from 'typescript';
import { expect, it } from 'vitest';
import { doors } from '../../scripts/doors.ts';
import { exportedNames, parse, sourceFiles, walk } from './source.ts';

const classes = sourceFiles.flatMap((file) => walk(parse(file)).filter(ts.isClassDeclaration));

function parentOf({ heritageClauses }: ts.ClassDeclaration): string | undefined {
  const clause = heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
  return clause?.types[0]?.expression.getText();
}

function isError(declaration: ts.ClassDeclaration | undefined): boolean {
  const parent = declaration && parentOf(declaration);
  return parent === 'CadreError' || (!!parent && isError(classes.find(({ name }) => name?.text === parent)));
}

function codeOf({ members }: ts.ClassDeclaration): string | undefined {
  const code = members.find((member) => member.name?.getText() === 'code');
  if (!code || !ts.isPropertyDeclaration(code) || !code.initializer) return undefined;
  const value = ts.isAsExpression(code.initializer) ? code.initializer.expression : code.initializer;
  return ts.isStringLiteral(value) ? value.text : undefined;
}

const isAbstract = ({ modifiers }: ts.ClassDeclaration) =>
  modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword) ?? false;

const errors = classes
  .filter((declaration) => isError(declaration) && !isAbstract(declaration))
  .map((declaration) => ({ name: declaration.name?.text ?? '', code: codeOf(declaration) }));

it('gives every error class a literal code', () => {
  expect(errors).not.toEqual([]);
  expect(errors.filter(({ code }) => !/^[A-Z]+(_[A-Z]+)*$/.test(code ?? ''))).toEqual([]);
});

it('gives no two error classes the same code', () => {
  const groups = Object.values(Object.groupBy(errors, ({ code }) => code ?? ''));

  expect(groups.filter((group = []) => group.length > 1)).toEqual([]);
});

it('exports every error class from a door', () => {
  const statements = doors.flatMap(({ source }) => [...parse(source).statements]);
  const exported = new Set(statements.flatMap((statement) => exportedNames(statement) ?? []));

  expect(errors.map(({ name }) => name).filter((name) => !exported.has(name))).toEqual([]);
});
