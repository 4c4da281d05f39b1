import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A module with a chain of that many steps, each after the two before it. */
function chainOf(size: number, source: string): string {
  const steps = Array.from({ length: size }, (_, i) => {
    const after = [i - 1, i - 2].filter((before) => before >= 0).map((before) => `s${before}`);
    const names = after.map((name) => `'${name}'`).join(', ');
    const sum = [...after, '1'].join(' + ');
    return `  .step('s${i}', { run: ({ ${after.join(', ')} }) => ${sum}, after: [${names}] })`;
  });
  return [
    `import { type Coordinator, defineWorkflow } from '${source}';`,
    `declare const house: Coordinator;`,
    `const workflow = defineWorkflow<{ topic: string }>('long')`,
    ...steps,
    `  .output(({ s${size - 1} }) => s${size - 1});`,
    `export const result: Promise<number> = house.run(workflow, { topic: '' });`,
    `// @ts-expect-error the result is a number`,
    `export const wrong: Promise<string> = house.run(workflow, { topic: '' });`,
    '',
  ].join('\n');
}

/** Type-checks a chain of that many steps with the compiler and the settings of the project. */
function check(size: number): { readonly ms: number; readonly errors: string } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'cadre-types-')));
  try {
    const compilerOptions = { typeRoots: [join(root, 'node_modules/@types')] };
    const config = { extends: join(root, 'tsconfig.json'), include: ['chain.mts'], compilerOptions };
    const source = relative(folder, join(root, 'src/index.ts')).replaceAll('\\', '/');
    writeFileSync(join(folder, 'chain.mts'), chainOf(size, source));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const startedAt = performance.now();
    const { stdout, status } = spawnSync(
      process.execPath,
      [join(root, 'node_modules/.bin/tsc'), '-p', folder],
      { encoding: 'utf8' },
    );
    return { ms: performance.now() - startedAt, errors: status === 0 ? '' : stdout };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it('checks the types of 150 chained steps, in under two seconds more than of one', {
  timeout: 60_000,
}, () => {
  const one = check(1);
  const many = check(150);

  expect(one.errors).toBe('');
  expect(many.errors).toBe('');
  expect(many.ms - one.ms).toBeLessThan(2_000);
});
