import ts from 'typescript';
import { expect, it } from 'vitest';
import { parse, placeOf, sourceFiles, walk } from './source.ts';

const members =
  /^(globalThis\.)?(Date\.now|performance\.now|Math\.random|AbortSignal\.(any|timeout)|Promise\.race)$/;
const names = new Set(['setTimeout', 'setInterval', 'setImmediate', 'randomUUID', 'hrtime']);

function isRawClock(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return members.test(node.getText());
  if (ts.isIdentifier(node)) return names.has(node.text);
  if (ts.isNewExpression(node)) return node.expression.getText() === 'Date' && !node.arguments?.length;
  return false;
}

// The fake clock waits for the real event loop to come to rest; that is what it is for. The SQLite store puts what is
// asked for in one turn of the event loop into one transaction, and no time is measured there.
const allowed = [
  'src/kernel/',
  'src/testing/fake-clock.ts',
  'src/testing/simulation/world.ts',
  'src/integrations/sqlite/commits.ts',
];

it('takes time, chance and ids from Clock everywhere outside the kernel', () => {
  const outside = sourceFiles.filter((file) => !allowed.some((place) => file.startsWith(place)));
  const found = outside.flatMap((file) => walk(parse(file)).filter(isRawClock));

  expect(found.map((node) => `${placeOf(node)} ${node.getText()}`)).toEqual([]);
});
