/** `node bench/import.ts`: what a cold import costs, cadre beside zod alone. */
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { describeMachine, machine } from './harness/machine.ts';
import { runNode } from './harness/spawn.ts';
import { median } from './harness/statistics.ts';
import { figure, table } from './harness/table.ts';

/** A module to import, as text between the quotes of `import('…')`. */
interface Target {
  readonly name: string;
  readonly specifier: string;
}

interface Cost {
  /** Processor time of the process, in milliseconds. */
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly rssMiB: number;
}

const root = new URL('../', import.meta.url);
const sourceDoor = fileURLToPath(new URL('src/index.ts', root));
const builtDoor = fileURLToPath(new URL('dist/index.js', root));
const bundle = fileURLToPath(new URL('node_modules/.cache/cadre-bench/index.mjs', root));

/** The doors there are: the built package, the source as one file with its dependencies outside, the source. */
async function targets(): Promise<Target[]> {
  const doors: Target[] = [];
  const add = (name: string, file: string) => doors.push({ name, specifier: pathToFileURL(file).href });
  if (existsSync(builtDoor)) add('cadre, dist', builtDoor);
  if (existsSync(sourceDoor)) {
    await build({
      entryPoints: [sourceDoor],
      outfile: bundle,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node22',
      packages: 'external',
    });
    add('cadre, bundled now from src', bundle);
    add('cadre, src with types stripped', sourceDoor);
  }
  return [
    { name: 'nothing', specifier: 'data:text/javascript,' },
    { name: 'zod', specifier: 'zod' },
    ...doors,
    ...doors
      .slice(0, 1)
      .map(({ name, specifier }) => ({ name: `${name} and zod`, specifier: `zod|${specifier}` })),
  ];
}

/** Imports the target in a new process. Several modules are separated by `|` and imported one after the other. */
function importOnce({ specifier }: Target): Promise<Cost> {
  const imports = specifier.split('|').map((part) => `await import(${JSON.stringify(part)});`);
  const program = `
    const rss = process.memoryUsage.rss(), cpu = process.cpuUsage(), at = performance.now();
    ${imports.join('\n')}
    const wallMs = performance.now() - at, { user, system } = process.cpuUsage(cpu);
    console.log(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, rssMiB: (process.memoryUsage.rss() - rss) / 2 ** 20 }));`;
  return runNode<Cost>(['--input-type=module', '--eval', program], fileURLToPath(root));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '15' },
      smoke: { type: 'boolean' },
      json: { type: 'boolean' },
    },
  });
  const rounds = values.smoke ? 2 : Number(values.rounds);
  const list = await targets();
  const samples = new Map<Target, Cost[]>(list.map((target) => [target, []]));
  for (const target of list) await importOnce(target);
  for (let round = 0; round < rounds; round += 1) {
    for (const [target, costs] of samples) costs.push(await importOnce(target));
  }
  const results = [...samples].map(([{ name }, costs]) => ({
    name,
    cpuMs: median(costs.map(({ cpuMs }) => cpuMs)),
    wallMs: median(costs.map(({ wallMs }) => wallMs)),
    rssMiB: median(costs.map(({ rssMiB }) => rssMiB)),
  }));
  if (values.json) {
    console.log(JSON.stringify({ machine: machine(), rounds, results }, null, 2));
    return;
  }
  const head = ['import', 'processor ms', 'wall ms', 'MiB'];
  const rows = results.map(({ name, cpuMs, wallMs, rssMiB }) => [
    name,
    ...[cpuMs, wallMs, rssMiB].map(figure),
  ]);
  console.log(`${table(head, rows)}\n\n${describeMachine()}`);
  console.log(
    `Medians of ${rounds} processes each, in turn. Goal: at most 15 ms of processor time beyond zod.`,
  );
}

await main();
