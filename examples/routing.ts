import assert from 'node:assert/strict';
import {
  bestMatch,
  Coordinator,
  defineAgent,
  defineCapability,
  leastLoaded,
  type RoutingStrategy,
  roundRobin,
} from '../src/index.ts';

// Translators of different size and with different languages; the strategy decides who gets a text.

const translate = defineCapability<{ text: string; language: string }, { by: string }>('translate');

const translator = (name: string, languages: string[], concurrency: number) =>
  defineAgent(name, {
    capabilities: [translate],
    specializations: languages,
    concurrency,
    handle: async () => ({ by: name }),
  });
const agents = [
  translator('ida', ['fr'], 6),
  translator('ken', ['ja'], 2),
  translator('lea', ['fr', 'ja'], 2),
];

// #region strategy
/** Whoever knows the language and has the fewest tasks; anybody who is free, if nobody knows it. */
const byLanguage: RoutingStrategy = {
  name: 'by-language',
  choose: ({ input }, candidates) => {
    const { language } = input as { language: string };
    const free = candidates.filter((candidate) => candidate.available);
    const fluent = free.filter((candidate) => candidate.specializations.includes(language));
    return (fluent.length > 0 ? fluent : free).toSorted((a, b) => a.activeTasks - b.activeTasks)[0];
  },
};
// #endregion strategy

/** Five texts at once, and how many of them each translator got. */
async function shares(routing: RoutingStrategy, language: string): Promise<Record<string, number>> {
  // #region choose
  await using coordinator = new Coordinator({ agents, routing });
  const texts = Array.from({ length: 5 }, () => coordinator.ask(translate, { text: 'tea', language }));
  // #endregion choose
  const got = { ida: 0, ken: 0, lea: 0 };
  for (const { by } of await Promise.all(texts)) got[by as keyof typeof got]++;
  console.log(`${routing.name}, ${language}: ida ${got.ida}, ken ${got.ken}, lea ${got.lea}`);
  return got;
}

assert.deepEqual(await shares(roundRobin(), 'fr'), { ida: 2, ken: 2, lea: 1 }); // in turn
assert.deepEqual(await shares(leastLoaded(), 'fr'), { ida: 3, ken: 1, lea: 1 }); // ida has the most slots
assert.deepEqual(await shares(bestMatch(), 'fr'), { ida: 3, ken: 1, lea: 1 }); // all have a good record so far
assert.deepEqual(await shares(byLanguage, 'fr'), { ida: 3, ken: 0, lea: 2 });
assert.deepEqual(await shares(byLanguage, 'ja'), { ida: 1, ken: 2, lea: 2 }); // the other two were full by then

// #region requirement
// A requirement narrows the candidates before the strategy is asked.
await using coordinator = new Coordinator({ agents });
const japanese = { capabilities: [translate], specializations: ['ja'] };
const able = coordinator.agents.find(japanese).map(({ agent }) => agent.name);
const { by } = (await coordinator.ask(japanese, { text: 'tea', language: 'ja' })) as { by: string };
// #endregion requirement
assert.deepEqual(able, ['ken', 'lea']);
assert.ok(able.includes(by));
