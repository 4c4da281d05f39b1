// Runs every test again and again, each time in another order, and stops at the first failure with the command that
// repeats it: node scripts/shuffle.ts [times] [first seed]

import { spawnSync } from 'node:child_process';

const [times = 20, firstSeed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
if (!Number.isSafeInteger(times) || times < 1 || !Number.isSafeInteger(firstSeed)) {
  console.error('usage: node scripts/shuffle.ts [times, 1 or more] [first seed]');
  process.exit(2);
}

for (let round = 0; round < times; round++) {
  const seed = firstSeed + round;
  const args = ['run', '--sequence.shuffle.files', '--sequence.shuffle.tests', `--sequence.seed=${seed}`];
  const startedAt = performance.now();
  console.log(`\n== round ${round + 1} of ${times}, seed ${seed}`);
  const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', ...args], {
    stdio: 'inherit',
  });
  if (status !== 0) {
    console.error(`\nfailed with seed ${seed}. To repeat it: npm exec -- vitest ${args.join(' ')}`);
    process.exit(1);
  }
  console.log(`== ok, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}
console.log(`\n${times} orders, no failure`);
