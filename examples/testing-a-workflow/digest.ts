import {
  type Agent,
  type Capability,
  defineAgent,
  defineCapability,
  defineWorkflow,
  type Workflow,
} from '../../src/index.ts';

// The code under test: a digest of the day's articles, with a summary that may take three attempts.

/** Says in a sentence what an article is about. */
export const summarise: Capability<string, string> = defineCapability('summarise');

/** Asks a model; in a test another agent with the same capability stands in for it. @public */
export const reader: Agent<string, string> = defineAgent('reader', {
  capabilities: [summarise],
  handle: async (article, ctx) => {
    const response = await fetch('https://models.example/summary', {
      method: 'POST',
      body: article,
      signal: ctx.signal,
    });
    return response.text();
  },
});

// #region workflow
/** An article in, two lines out. */
export const digest: Workflow<{ article: string }, string> = defineWorkflow<{ article: string }>('digest', {
  deadline: '5m',
  policy: { attempts: 3, backoff: { initial: '10s', jitter: 0 }, timeout: '30s' },
})
  .step('summary', { run: summarise, input: ({ input }) => input.article })
  .step('words', { run: ({ input }) => input.article.split(/\s+/).length })
  .step('text', {
    run: ({ summary, words }) => `${summary}\n(${words} words)`,
    after: ['summary', 'words'],
  })
  .output(({ text }) => text);
// #endregion workflow
