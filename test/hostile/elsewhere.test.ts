import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import * as here from '../../src/index.ts';

/** A second copy of the package, with everything that it imports. */
async function secondCopy(): Promise<typeof here> {
  const { outputFiles } = await build({
    entryPoints: ['src/index.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node22',
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  return import(/* @vite-ignore */ `data:text/javascript;base64,${code}`) as Promise<typeof here>;
}

it('knows the errors, agents and capabilities of a second copy of the package, and refuses its workflows', async () => {
  const there = await secondCopy();
  const work = there.defineCapability<number, number>('work');
  const ada = there.defineAgent('ada', {
    capabilities: [work],
    handle: (n: number) => (n < 0 ? Promise.reject(new there.ClosedError('ada')) : n + 1),
  });
  const { Coordinator, HandlerError, isCadreError } = here;
  await using coordinator = new Coordinator({ agents: [ada as never] });
  const error = await coordinator.ask('ada', -1).catch((problem: unknown) => problem);
  const workflow = there.defineWorkflow('w').step('s', { run: () => 1 });

  expect(there.Coordinator).not.toBe(Coordinator);
  expect(await coordinator.ask(work as never, 1 as never)).toBe(2);
  expect(error).toBeInstanceOf(HandlerError);
  expect((error as Error).cause).not.toBeInstanceOf(here.ClosedError);
  expect(isCadreError((error as Error).cause, 'CLOSED')).toBe(true);
  expect(there.isCadreError(error, 'HANDLER_FAILED')).toBe(true);
  expect(() => coordinator.start(workflow as never, undefined)).toThrow(
    /workflow must be made by defineWorkflow/,
  );
});

it('works in a worker thread, which then ends by itself', { timeout: 20_000 }, async () => {
  const code = `
    import { parentPort } from 'node:worker_threads';
    import { Coordinator, defineAgent, defineWorkflow } from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)};
    const ada = defineAgent('ada', { handle: (n) => n + 1 });
    const coordinator = new Coordinator({ agents: [ada] });
    const workflow = defineWorkflow('w').step('s', { run: ada, input: ({ input }) => input }).output(({ s }) => s);
    parentPort.postMessage([await coordinator.ask(ada, 1), await coordinator.run(workflow, 2)]);
    await coordinator.close();
  `;
  const url = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  const worker = new Worker(url, { execArgv: ['--unhandled-rejections=strict'] });
  const messages: unknown[] = [];
  worker.on('message', (message) => messages.push(message));
  const exit = await new Promise((resolve, reject) => worker.on('error', reject).on('exit', resolve));

  expect(messages).toEqual([[2, 3]]);
  expect(exit).toBe(0);
});
