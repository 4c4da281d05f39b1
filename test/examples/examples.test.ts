import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const examples = readdirSync('examples', { recursive: true, encoding: 'utf8' })
  .filter((file) => /^[^/]+\.ts$|^[^/]+\/main\.ts$/.test(file))
  .sort();

// Examples say `await using`, which Node parses from 24 on; older ones need a compiler for it.
const parsesUsing = Number.parseInt(process.versions.node, 10) >= 24;

describe.runIf(parsesUsing)('examples', () => {
  it.each(examples)('%s runs to its end', { timeout: 60_000 }, async (file) => {
    const run = promisify(execFile)(process.execPath, [`examples/${file}`], { timeout: 50_000 });

    await expect(run).resolves.toBeDefined();
  });
});
