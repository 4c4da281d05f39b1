import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../', import.meta.url));

function changedAt(file: string): number {
  return statSync(`${folder}${file}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * Installs the peers in their folder, unless what is there is at least as new as the lockfile.
 * Install scripts are not run: no peer needs one. Returns why it failed, or undefined.
 */
export function installPeers(): string | undefined {
  // npm writes this copy of the lockfile when it has installed everything.
  if (changedAt('node_modules/.package-lock.json') >= changedAt('package-lock.json')) return undefined;
  process.stderr.write('installing the peers …\n');
  const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts'], {
    cwd: folder,
    stdio: ['ignore', 2, 'inherit'],
  });
  if (status === 0) return undefined;
  return `npm ci in bench/peers: ${error?.message ?? `exit code ${status}`}`;
}

/** The pinned version of a package of the peers, if it is one. */
export function pinnedVersion(name: string): string | undefined {
  const { dependencies } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return dependencies[name];
}
