import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { doors } from './doors.ts';

// Packs the build, installs the tarball into an empty folder, and uses it there as a stranger would.

const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'cadre-pack-'));

/** Every door by `import` and by `require`: the same names, and one copy of each. */
const useEveryDoor = `
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
for (const door of ${JSON.stringify(doors.map(({ specifier }) => specifier))}) {
  const imported = await import(door);
  const required = require(door);
  assert.notEqual(Object.keys(imported).length, 0, door + ' is empty');
  assert.deepEqual(Object.keys(required), Object.keys(imported), door);
  for (const name of Object.keys(imported)) assert.equal(required[name], imported[name], door + ' ' + name);
}
`;

const consumer = `
import { Coordinator, defineAgent } from 'cadre';
${doors.map(({ specifier }, index) => `export * as door${index} from '${specifier}';`).join('\n')}

const shout = defineAgent('shout', { handle: async (text: string) => text.toUpperCase() });
await using coordinator = new Coordinator({ agents: [shout] });
const answer: string = await coordinator.ask(shout, 'hello');
if (answer !== 'HELLO') throw new Error(answer);

// @ts-expect-error the agent takes text
coordinator.ask(shout, 42).catch(() => {});
`;

const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
  noEmit: true,
  target: 'es2023',
  lib: ['es2024', 'esnext.disposable'],
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
};

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { cwd: folder, stdio: 'inherit' });
}

try {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  run('npm', 'pack', root, '--pack-destination', folder);
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz')) as string;
  run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, tarball));
  console.log(`installed ${tarball}`);

  writeFileSync(join(folder, 'doors.mjs'), useEveryDoor);
  run(process.execPath, 'doors.mjs');
  console.log(
    `imported and required on Node ${process.versions.node}: ${doors.map((door) => door.specifier).join(', ')}`,
  );

  writeFileSync(join(folder, 'consumer.ts'), consumer);
  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    const options = { ...compilerOptions, module, moduleResolution };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, files: ['consumer.ts'] }),
    );
    for (const compiler of ['tsc', 'tsc6']) {
      run(join(root, 'node_modules/.bin', compiler), '-p', '.');
      console.log(`type-checked with ${compiler}, moduleResolution ${moduleResolution}`);
    }
  }
  run(process.execPath, '--disable-warning=ExperimentalWarning', 'consumer.ts');
  console.log('ran the consumer');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
