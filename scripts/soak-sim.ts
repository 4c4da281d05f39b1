import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';

// `npm run soak:sim -- --seeds 1000000 --only m2`: the families of test/proof, one after the other, with many seeds.

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10000' },
    only: { type: 'string', multiple: true, default: [] },
  },
});
const seeds = Number(values.seeds);
if (!Number.isSafeInteger(seeds) || seeds < 1)
  throw new RangeError(`--seeds: ${values.seeds} is no number of seeds`);

const families = readdirSync('test/proof')
  .filter((file) => file.endsWith('.test.ts'))
  .filter((file) => values.only.length === 0 || values.only.some((name) => file.split(/[-.]/)[0] === name))
  .sort();
if (families.length === 0) throw new RangeError(`--only: there is no family ${values.only.join(', ')}`);

const folder = mkdtempSync(join(tmpdir(), 'cadre-soak-'));
console.log(`Node ${process.version}, ${seeds} seeds a family\n`);
console.log('| family | result | seconds | simulations a second |\n|---|---|--:|--:|');
for (const file of families) {
  const report = join(folder, `${file}.json`);
  const startedAt = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--typecheck.enabled=false',
      '--reporter=json',
      `--outputFile=${report}`,
      `test/proof/${file}`,
    ],
    { env: { ...process.env, CADRE_SEEDS: String(seeds) }, encoding: 'utf8' },
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  const held = status === 0;
  console.log(
    `| ${file.replace('.test.ts', '')} | ${held ? 'held' : '**failed**'} | ${seconds.toFixed(0)} | ${(seeds / seconds).toFixed(0)} |`,
  );
  if (held) continue;
  process.exitCode = 1;
  console.error(stdout, stderr, existsSync(report) ? readFileSync(report, 'utf8') : '');
}
rmSync(folder, { recursive: true });
