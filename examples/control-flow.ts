import assert from 'node:assert/strict';
import { atLeast, Coordinator, defineAgent, defineCapability, defineWorkflow, quorum } from '../src/index.ts';

// Forms of steps: one of several, round after round, one for each, several agents, the first of several.

const judge = defineCapability<string, 'spam' | 'fine'>('judge');
const judges = (['spam', 'fine', 'spam'] as const).map((verdict, place) =>
  defineAgent(`judge-${place}`, { capabilities: [judge], handle: () => verdict }),
);
const translator = defineAgent('translator', {
  handle: (text: string) => text.replace('bonjour', 'hello'),
});
const fetchPage = async (url: string): Promise<string> => {
  if (url.includes('broken')) throw new Error(`cannot read ${url}`);
  return `page ${url}`;
};
const slowMirror = (_scope: unknown, { signal }: { readonly signal: AbortSignal }): Promise<string> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

await using coordinator = new Coordinator({ agents: [...judges, translator] });

// #region branch
const mail = defineWorkflow<{ language: 'fr' | 'en'; text: string }>('mail').branch('english', {
  on: ({ input }) => input.language,
  cases: {
    fr: { run: translator, input: ({ input }) => input.text },
    en: { run: ({ input }) => input.text },
  },
});
// #endregion branch
assert.deepEqual(await coordinator.run(mail, { language: 'fr', text: 'bonjour' }), { english: 'hello' });

// #region repeat
const draft = defineWorkflow('draft').repeat('text', {
  run: (text: string) => `${text} more`,
  input: ({ previous = 'once' }) => previous,
  until: (text) => text.split(' ').length >= 4,
  most: 10, // required: a loop has an end
});
// #endregion repeat
assert.deepEqual(await coordinator.run(draft, undefined), { text: 'once more more more' });

// #region for-each
const crawl = defineWorkflow<{ site: string }>('crawl')
  .step('urls', { run: ({ input }) => ['a', 'broken', 'c'].map((page) => `${input.site}/${page}`) })
  .forEach('pages', {
    after: ['urls'],
    over: ({ urls }) => urls, // the list is known when the step has its turn
    run: fetchPage,
    concurrency: 2,
    join: 'settled', // what became of each; 'all' would fail with the first
  })
  .output(({ pages }) => pages.map((page) => (page.status === 'completed' ? page.output : page.status)));
// #endregion for-each
assert.deepEqual(await coordinator.run(crawl, { site: 'x' }), ['page x/a', 'failed', 'page x/c']);

// #region scatter
const verdict = defineWorkflow<string>('verdict')
  .scatter('votes', {
    run: judge, // asks every agent that serves it
    input: ({ input }) => input,
    join: quorum(2, (vote) => vote), // two that say the same are enough; the others are cancelled
  })
  .output(({ votes }) => votes[0]?.output);
// #endregion scatter
assert.equal(await coordinator.run(verdict, 'buy now'), 'spam');

// #region race
const page = defineWorkflow<string>('page').race('first', {
  members: {
    mirror: { run: slowMirror },
    origin: { run: ({ input }) => fetchPage(input) },
  },
});
// #endregion race
assert.deepEqual(await coordinator.run(page, 'x'), { first: { winner: 'origin', output: 'page x' } });

// #region join
const news = defineWorkflow('news')
  .step('north', { run: () => fetchPage('north') })
  .step('south', { run: () => fetchPage('broken') })
  .step('west', { run: slowMirror })
  .step('front', {
    after: ['north', 'south', 'west'],
    join: atLeast(1), // any of them is enough, and the others are cancelled
    run: ({ north, south, west }) => north ?? south ?? west,
  });
// #endregion join
const run = coordinator.start(news, undefined);
assert.deepEqual(await run.result, { north: 'page north', front: 'page north' });
console.log(
  run
    .snapshot()
    .steps.map(({ id, status }) => `${id}: ${status}`)
    .join(', '),
);
