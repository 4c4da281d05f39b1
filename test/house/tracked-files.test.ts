import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { projectFiles } from '../../scripts/files.ts';

const forbidden = [
  { what: 'registry host', pattern: /https?:\/\/[a-z.]*(registry|npm|debian)/ },
  { what: 'machine path', pattern: /(?<![\w.~-])\/(work|root|home)\// },
];

it.each(forbidden)('names no $what in a tracked file', ({ pattern }) => {
  const files = projectFiles(':!package-lock.json');
  const found = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );

  expect(found).toEqual([]);
});
