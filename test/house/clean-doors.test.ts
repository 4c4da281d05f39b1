import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { doors } from '../../scripts/doors.ts';

const traces = (source: string) => `
  const timers = [];
  for (const name of ['setTimeout', 'setInterval', 'setImmediate']) {
    const start = globalThis[name];
    globalThis[name] = (...args) => (timers.push(name), start(...args));
  }
  const traces = () => ({
    timers: [...timers],
    resources: process.getActiveResourcesInfo().sort(),
    listeners: process.eventNames().map((name) => String(name) + ' ' + process.listenerCount(name)).sort(),
    globals: Reflect.ownKeys(globalThis).map(String).sort(),
  });
  // Node opens the standard streams when its own modules are loaded; they are none of the library's traces.
  void [process.stdin, process.stdout, process.stderr];
  const before = traces();
  await import('./${source}');
  console.log(JSON.stringify({ before, after: traces() }));
`;

it.each(doors)(
  '$specifier starts nothing on import, so the process ends',
  { timeout: 30_000 },
  async ({ source }) => {
    const flags = ['--input-type=module', '--eval', traces(source)];
    const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 20_000 });
    const { before, after } = JSON.parse(stdout);

    expect(after).toEqual(before);
  },
);
