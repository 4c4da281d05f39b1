// Takes one wait for the store after the other out of a copy of the engine, and demands that some family of proofs fails:
// an answer that nobody needs to wait for is either no promise, or a promise that nobody has proved.
// `node test/proof/awaits.ts [file …]`; leaves nothing behind. `CADRE_SEEDS` says how many seeds each family is played with.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';

/** Where the engine waits for its store. */
const FILES = [
  'run-journal',
  'run-store',
  'ownership',
  'engine',
  'run-log',
  'run-record',
  'run',
  'step-runner',
  'step-turns',
  'step-waits',
  'open-gate',
  'inbox',
  'undoing',
];

/** What is tried, the quick ones first. */
const ALL_FAMILIES = [
  'test/proof/w4-kill.test.ts',
  'test/workflow',
  'test/proof/s1-worlds.test.ts',
  'test/proof/w1-durable.test.ts',
  'test/proof/g1-gate.test.ts',
  'test/proof/w8-waits.test.ts',
  'test/proof/s1-undo.test.ts',
];

/** A wait, and what stands there without it. */
interface Wait {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly without: string;
}

const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'cadre-awaits-'));
/** Those that are green with all waits, and files that are not. */
const green: string[] = [];
const excluded: string[] = [];
let unnoticed = 0;
try {
  for (const name of ['src', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts'])
    cpSync(name, join(folder, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  for (const family of ALL_FAMILIES) {
    for (let red = play(family); red !== undefined && red.files.length > 0; red = play(family)) {
      for (const file of red.files)
        console.error(`left out, as it is red with all waits: ${file}: ${red.why}`);
      excluded.push(...red.files);
    }
    if (!excluded.includes(family)) green.push(family);
  }
  const known = readdirSync(join(folder, 'src/workflow'));
  for (const name of FILES) {
    if (!known.includes(`${name}.ts`) || (wanted.length > 0 && !wanted.includes(name))) continue;
    for (const wait of waitsIn(join(folder, 'src/workflow', `${name}.ts`))) tryWithout(wait, name);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${unnoticed} waits that nothing notices`);
process.exitCode = unnoticed === 0 && excluded.length === 0 ? 0 : 1;

function waitsIn(file: string): readonly Wait[] {
  const source = readFileSync(file, 'utf8');
  const waits: Wait[] = [];
  const add = (at: number, length: number, replace: string): void => {
    const start = source.lastIndexOf('\n', at) + 1;
    const end = source.indexOf('\n', at);
    waits.push({
      file,
      line: source.slice(0, at).split('\n').length,
      text: source.slice(start, end).trim(),
      without: source.slice(0, at) + replace + source.slice(at + length),
    });
  };
  for (const match of source.matchAll(/\bawait /g)) {
    // A comment waits for nothing.
    const before = source.slice(source.lastIndexOf('\n', match.index) + 1, match.index);
    if (/^\s*(\*|\/\/|\/\*)/.test(before)) continue;
    add(match.index, match[0].length, '');
  }
  for (const match of source.matchAll(/[\w.#!?]+\.whenStored\(/g))
    add(match.index, match[0].length, '((effect: () => void) => effect())(');
  for (const match of source.matchAll(/this\.#journal\.add\((\w+), (?=\(\))/g))
    add(
      match.index,
      match[0].length,
      `((entry: string, effect: () => void) => { this.#journal!.add(entry, () => {}); effect(); })(${match[1]}, `,
    );
  return waits;
}

function tryWithout({ file, line, text, without }: Wait, name: string): void {
  const source = readFileSync(file, 'utf8');
  writeFileSync(file, without);
  let noticed: string | undefined;
  for (const family of green) {
    const failure = play(family);
    if (failure === undefined) continue;
    noticed = `${family.replace(/^.*\/|\.test\.ts$/g, '')}: ${failure.why}`;
    break;
  }
  writeFileSync(file, source);
  if (noticed === undefined) unnoticed++;
  console.log(
    `${`${name}:${line}`.padEnd(20)} ${noticed === undefined ? 'GREEN' : 'red  '} ${text}\n${''.padEnd(27)}${noticed ?? ''}`,
  );
}

/** What is wrong; undefined when nothing is. */
function play(family: string): { readonly files: readonly string[]; readonly why: string } | undefined {
  const args = ['node_modules/vitest/vitest.mjs', 'run', family, '--typecheck.enabled=false'];
  for (const file of excluded) args.push('--exclude', file);
  const env = {
    CADRE_SEEDS: '400',
    CADRE_WORLDS: '211',
    ...process.env,
    NO_COLOR: '1',
    FORCE_COLOR: undefined,
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    env,
    encoding: 'utf8',
    timeout: 240_000,
  });
  if (status === 0) return undefined;
  const output = `${stdout}${stderr}`;
  const files = new Set([...output.matchAll(/^ FAIL +(\S+)/gm)].map(([, file]) => file!));
  const why = [...output.matchAll(/^(?:Caused by: )?\w*Error: (.*)$/gm)].at(-1)?.[1];
  return { files: [...files], why: (why ?? (status === null ? 'does not end' : 'fails')).slice(0, 110) };
}
