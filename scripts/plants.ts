// Puts one bug after the other into a copy of the library and demands that the family of simulations that is about it
// fails. `node scripts/plants.ts [family …]`; leaves nothing behind.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { type Plant, plants } from '../test/proof/plants.ts';

const COPIED = ['src', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts'];

/** What came of one run of a family. */
interface Outcome {
  /** `broken`: it failed, and not by a simulation, so it says nothing. */
  readonly colour: 'green' | 'red' | 'broken';
  /** The seed at which it failed. */
  readonly seed: string;
  readonly output: string;
}

const wanted = process.argv.slice(2);
const chosen = plants.filter(({ family }) => wanted.length === 0 || wanted.includes(family));
const folder = mkdtempSync(join(tmpdir(), 'cadre-plants-'));
const problems: string[] = [];
try {
  for (const name of COPIED) cpSync(name, join(folder, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  for (const family of new Set(chosen.map((plant) => plant.family))) {
    const { colour, output } = play(family);
    show(family, 'none', colour, '');
    if (colour !== 'green') problems.push(`${family} is not green without a bug\n${output}`);
    else for (const plant of chosen) if (plant.family === family) tryOut(plant);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (chosen.length === 0) problems.push(`no bug is planted for ${wanted.join(', ')}`);
for (const problem of problems) console.error(`\n${problem}`);
console.log(`\n${chosen.length} bugs, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

function tryOut({ family, file, find, replace, why }: Plant): void {
  const path = join(folder, 'src', file);
  const source = readFileSync(path, 'utf8');
  if (source.split(find).length !== 2) {
    show(family, why, 'lost', '');
    problems.push(`${family}: src/${file} does not contain exactly once\n${find}`);
    return;
  }
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  const { colour, seed, output } = play(family);
  writeFileSync(path, source);
  show(family, why, colour, seed);
  if (colour === 'green') problems.push(`${family} did not notice: ${why}`);
  if (colour === 'broken') problems.push(`${family} failed, and not by a simulation: ${why}\n${output}`);
}

function play(family: string): Outcome {
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    `test/proof/${family}.test.ts`,
    '--typecheck.enabled=false',
  ];
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  const output = `${stdout}${stderr}`;
  const seed = /\bseed (\d+): /.exec(output)?.[1];
  if (status === 0) return { colour: 'green', seed: '', output };
  return { colour: seed === undefined ? 'broken' : 'red', seed: seed ?? '', output };
}

function show(family: string, bug: string, colour: string, seed: string): void {
  console.log(`${family.padEnd(16)} ${colour.padEnd(7)} ${seed.padStart(6)}  ${bug}`);
}
