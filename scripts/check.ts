import { spawnSync } from 'node:child_process';

/** The stages of `npm run check` in their order. Each is an npm script that also runs alone. */
const stages = [
  ['lint', 'format and lint'],
  ['types', 'types'],
  ['layers', 'layers, cycles, one door per dependency'],
  ['unused', 'unused files, exports and dependencies'],
  ['test', 'tests, type tests and examples'],
  ['bench:smoke', 'results of the benchmarks, at small sizes'],
  ['docs', 'reference, snippets and links'],
  ['build', 'build'],
  ['pack:lint', 'package lint'],
  ['pack:use', 'pack and use'],
] as const;

for (const [script, title] of stages) {
  console.log(`\n== ${title} (npm run ${script})`);
  const startedAt = performance.now();
  const { status } = spawnSync('npm', ['run', '--silent', script], { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`\ncheck failed at: ${title}. To run it alone: npm run ${script}`);
    process.exit(1);
  }
  console.log(`== ok, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}
console.log('\ncheck passed');
