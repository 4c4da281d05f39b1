import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The files of the project that git knows or would add, from the root of the repository. */
export function projectFiles(...patterns: readonly string[]): string[] {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...patterns];
  const files = execFileSync('git', list, { encoding: 'utf8' }).split('\0');
  return files.filter((file) => file !== '' && existsSync(file)).sort();
}
