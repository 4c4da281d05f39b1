import { ensure, follow, pick, prove, whole, workAt } from './support/prove.ts';

// M5. Of the receivers of a message one that throws, rejects, hangs or is slow changes neither who else gets it nor when:
// every subscriber whose pattern matches gets every message, in the order of publishing and of subscribing, at the very
// moment of publishing, and so does every responder that a broadcast is for. Each failure is counted.

type Mood = 'good' | 'throws' | 'faulty';

/** Which topics each pattern matches, by hand. */
const matches: Readonly<Record<string, readonly string[]>> = {
  'news.sea': ['news.sea'],
  'news.*': ['news.sea', 'news.land'],
  'news.>': ['news.sea', 'news.land', 'news.sea.north'],
  '>': ['news.sea', 'news.land', 'news.sea.north', 'other'],
};
const topics = ['news.sea', 'news.land', 'news.sea.north', 'other'];

prove(
  'gives a message to everybody at once, whatever some of them do',
  {
    faults: { handlerError: 0.3, handlerHang: 0.2, handlerSlow: 0.3 },
    atLeast: { delivered: 8_000, threw: 2_000, broadcast: 3_000, handlerError: 400, handlerHang: 300 },
  },
  async (sim, count) => {
    const house = sim.coordinator({ messages: { timeout: '5s' }, grace: '1s' });
    const { messages } = house;
    /** What everybody must have got by now, and what they got. */
    const expected: string[] = [];
    const got: string[] = [];
    const subscribed: { readonly id: number; readonly pattern: string; readonly end: () => void }[] = [];
    let thrown = 0;
    let ids = 0;
    const now = (): number => sim.clock.monotonic();

    const subscribe = (pattern: string, mood: Mood): void => {
      const id = ++ids;
      // An error before the work and one after it are both failures of this subscriber.
      const faulty = workAt(sim, `s${id}`);
      const end = messages.subscribe(pattern, (body) => {
        got.push(`${now()} ${String(body)} at ${id}`);
        if (mood === 'throws') {
          thrown++;
          throw new Error('no');
        }
        if (mood === 'good') return undefined;
        const result = faulty();
        follow(sim, Promise.resolve(result), ({ isOutput }) => {
          if (!isOutput) thrown++;
        });
        return result;
      });
      subscribed.push({ id, pattern, end });
    };
    const respond = (id: number, mood: Mood): void => {
      const faulty = workAt(sim, `r${id}`);
      messages.respond(`part.${id}`, (body) => {
        got.push(`${now()} ${String(body)} at part.${id}`);
        if (mood === 'throws') throw new Error('no');
        return mood === 'good' ? undefined : faulty();
      });
    };
    const moods: readonly Mood[] = ['good', 'good', 'throws', 'faulty', 'faulty'];

    sim.check('everybody has got everything that is theirs, at its time and in order', () => {
      ensure(
        got.join('\n') === expected.join('\n'),
        () => `got\n${got.join('\n')}\nnot\n${expected.join('\n')}`,
      );
    });

    for (let left = whole(sim, 3, 7); left > 0; left--)
      subscribe(pick(sim, Object.keys(matches)), pick(sim, moods));
    for (let id = 0; id < 3; id++) respond(id, pick(sim, moods));
    for (let number = 1; number <= 8; number++) {
      const kind = sim.random();
      if (kind < 0.15) subscribe(pick(sim, Object.keys(matches)), pick(sim, moods));
      else if (kind < 0.3) {
        const [leaving] = subscribed.splice(whole(sim, 0, subscribed.length - 1), 1);
        leaving?.end();
      } else if (kind < 0.5) {
        count('broadcast', messages.broadcast('part.*', number));
        for (let id = 0; id < 3; id++) expected.push(`${now()} ${number} at part.${id}`);
      } else {
        const topic = pick(sim, topics);
        messages.publish(topic, number);
        for (const { id, pattern } of subscribed) {
          if (!matches[pattern]!.includes(topic)) continue;
          expected.push(`${now()} ${number} at ${id}`);
          count('delivered');
        }
      }
      await sim.advance(whole(sim, 0, 20));
    }
    // The slowest are done, and those that hang have been given up.
    await sim.advance('20s');
    count('threw', thrown);
    const { handlerErrors, timedOut, failed } = messages.stats();
    const counted = thrown + timedOut + failed;
    ensure(handlerErrors === counted, () => `${handlerErrors} failures were counted, not ${counted}`);
  },
);
