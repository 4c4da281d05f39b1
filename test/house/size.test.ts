import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { parse, sourceFiles } from './source.ts';

const budget = { minified: 157_000, brotli: 45_000 };
const longestFile = 350;

it('keeps a bundle of the Coordinator within its budget', async () => {
  const { outputFiles } = await build({
    stdin: { contents: `export { Coordinator } from './src/index.ts';`, resolveDir: '.' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    packages: 'external',
  });
  const bundle = outputFiles[0]?.contents ?? new Uint8Array();

  expect(bundle.length).toBeGreaterThan(0);
  expect(bundle.length).toBeLessThanOrEqual(budget.minified);
  expect(brotliCompressSync(bundle).length).toBeLessThanOrEqual(budget.brotli);
});

it(`keeps every source file within ${longestFile} lines`, () => {
  const lengths = sourceFiles.map((file) => ({ file, lines: parse(file).getLineStarts().length - 1 }));

  expect(lengths.filter(({ lines }) => lines > longestFile)).toEqual([]);
});
