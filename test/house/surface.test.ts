import { expect, it } from 'vitest';
import { doors } from '../../scripts/doors.ts';
import { exportedNames, parse } from './source.ts';

it.each(doors)('$specifier lists what it exports by name, and holds nothing else', ({ source }) => {
  const others = parse(source).statements.filter((statement) => exportedNames(statement) === undefined);

  expect(others.map((statement) => statement.getText())).toEqual([]);
});

it('exports the names of surface.txt (npm run surface:update after a wanted change)', async () => {
  const surface = doors.flatMap(({ specifier, source }) =>
    parse(source)
      .statements.flatMap((statement) => exportedNames(statement) ?? [])
      .sort()
      .map((name) => `${specifier}: ${name}\n`),
  );

  await expect(surface.join('')).toMatchFileSnapshot('surface.txt');
});
