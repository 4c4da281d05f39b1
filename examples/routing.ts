import assert from 'node:assert/strict';
import {
  type Agent,
  bestMatch,
  Coordinator,
  defineAgent,
  defineCapability,
  leastLoaded,
  type RoutingStrategy,
  roundRobin,
} from '../src/index.ts';

// Translators with different languages; the strategy decides who gets a text.

const translate = defineCapability<{ text: string; language: string }, string>('translate');

const translator = (name: string, languages: string[], concurrency: number) =>
  defineAgent(name, {
    capabilities: [translate],
    specializations: languages,
    concurrency,
    handle: async ({ language }) => `${name} (${language})`,
  });
const agents = [translator('ida', ['fr'], 4), translator('ken', ['ja', 'ko'], 4), translator('lea', ['fr', 'ja'], 1)];

// #region strategy
/** Whoever knows the language, and of those the one with the fewest tasks; anybody who is free, if nobody does. */
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

// #region choose
const strategies = [roundRobin(), leastLoaded(), bestMatch(), byLanguage];
for (const routing of strategies) {
  await using coordinator = new Coordinator({ agents, routing });
  const texts = ['ja', 'fr', 'ko', 'fr'].map((language) => coordinator.ask(translate, { text: '…', language }));
  console.log(`${routing.name}: ${(await Promise.all(texts)).join(', ')}`);
}
// #endregion choose

/** How often each agent was chosen for six texts at once. */
async function shares(routing: RoutingStrategy, team: readonly Agent<never, unknown>[]) {
  await using coordinator = new Coordinator({ agents: team, routing });
  const texts = Array.from({ length: 6 }, () => coordinator.ask(translate, { text: '…', language: 'fr' }));
  const names = (await Promise.all(texts)).map((text) => text.split(' ')[0] as string);
  return Object.fromEntries(['ida', 'ken', 'lea'].map((name) => [name, names.filter((n) => n === name).length]));
}

// One after the other, the full one passed over; the smallest share of slots; the best record and the most room.
assert.deepEqual(await shares(roundRobin(), agents), { ida: 3, ken: 2, lea: 1 });
assert.deepEqual(await shares(leastLoaded(), agents), { ida: 3, ken: 2, lea: 1 });
assert.deepEqual(await shares(byLanguage, agents), { ida: 4, ken: 1, lea: 1 });

// A requirement narrows the candidates before the strategy is asked.
await using coordinator = new Coordinator({ agents });
const japanese = { capabilities: [translate], specializations: ['ja'] };
assert.deepEqual(coordinator.agents.find(japanese).map(({ agent }) => agent.name), ['ken', 'lea']);
assert.match(String(await coordinator.ask(japanese, { text: '…', language: 'ja' })), /^(ken|lea)/);
