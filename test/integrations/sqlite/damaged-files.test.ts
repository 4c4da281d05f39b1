import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { StoreError } from '../../../src/index.ts';
import type { SqliteStore } from '../../../src/integrations/sqlite/index.ts';
import { rejection } from '../../support/outcome.ts';
import { contentOf, faultOf, storeIn, temporaryFile, writtenFile } from './files.ts';

describe('a damaged file', () => {
  it('is refused wherever it is cut off', async () => {
    const file = await writtenFile();
    const { length } = readFileSync(file);
    for (const kept of [1, 99, 100, 4_096, 4_097, Math.floor(length / 2), length - 4_096, length - 1]) {
      const copy = temporaryFile();
      copyFileSync(file, copy);
      truncateSync(copy, kept);

      expect(await faultOf(storeIn(copy)), `${kept} of ${length} bytes`).toMatch(/^corrupt: /);
    }
  });

  it('is refused, or has all that was stored, whichever bit is flipped', { timeout: 60_000 }, async () => {
    const file = await writtenFile();
    const intact = readFileSync(file);
    const whole = storeIn(file);
    const content = await contentOf(whole);
    await whole.close();
    const flips = Number(process.env['FLIPS'] ?? 150);

    let refused = 0;
    for (let flip = 0; flip < flips; flip++) {
      const damaged = Buffer.from(intact);
      const bit = Math.imul(flip + 1, 0x9e3779b1) >>> 0;
      const at = bit % damaged.length;
      damaged[at]! ^= 1 << (bit >>> 29);
      const copy = temporaryFile();
      writeFileSync(copy, damaged);
      const store = storeIn(copy);
      const found = await contentOf(store).catch((error: StoreError) => error);
      if (found instanceof StoreError) {
        refused++;
        expect(found, `byte ${at}`).toMatchObject({ code: 'STORE_FAILED' });
        expect(['corrupt', 'newer', 'read-only'], `byte ${at}: ${found.fault}`).toContain(found.fault);
      } else expect(found, `byte ${at}`).toEqual(content);
      await store.close();
      rmSync(copy);
    }
    expect(refused).toBeGreaterThan(flips / 4);
  });

  it('says so when what was hit is read, where the file is not checked at first', async () => {
    const file = await writtenFile();
    const bytes = readFileSync(file);
    const at = bytes.indexOf('17:8'.repeat(20));
    bytes[at] = '2'.charCodeAt(0);
    writeFileSync(file, bytes);

    const store = storeIn(file, { check: false });
    expect((await store.journal.read('run.16')).last).toBe(10);
    expect(await rejection(store.journal.read('run.17'))).toMatchObject({
      fault: 'corrupt',
      retryable: false,
    });
    await store.close();
    expect(await faultOf(storeIn(file))).toMatch(/^corrupt: entry 9 of a stream/);
  });

  it('is whole after a crash while its log was copied into it', async () => {
    const store = storeIn(temporaryFile());
    const text = 'x'.repeat(5_000);
    for (let last = 0; last < 20; ) last = await store.journal.append('run', last, [text]);
    const [file, log] = [readFileSync(store.file), readFileSync(`${store.file}-wal`)];
    await store.close();
    // The first page goes first: it says that there are more pages than there are yet.
    const pageOf = (frame: number) => log.readUInt32BE(32 + frame * 4_120);
    const frames = Array.from({ length: (log.length - 32) / 4_120 }, (_, frame) => frame);
    const first = frames.findLast((frame) => pageOf(frame) === 1)!;
    log.copy(file, 0, 32 + first * 4_120 + 24, 32 + (first + 1) * 4_120);
    const copy = temporaryFile();
    writeFileSync(copy, file);
    writeFileSync(`${copy}-wal`, log);

    const again = storeIn(copy);
    expect((await again.journal.read('run')).entries).toHaveLength(20);
    await again.close();
  });

  it('is refused when its log is damaged before its end', async () => {
    const store = storeIn(temporaryFile());
    for (let last = 0; last < 20; ) last = await store.journal.append('run', last, [`${last}`]);
    // What a crash leaves: the file, and a log that nobody has copied into it.
    const files = [readFileSync(store.file), readFileSync(`${store.file}-wal`)] as const;
    await store.close();
    const left = (log: Buffer): SqliteStore => {
      const copy = temporaryFile();
      writeFileSync(copy, files[0]);
      writeFileSync(`${copy}-wal`, log);
      return storeIn(copy);
    };
    const whole = left(files[1]);
    expect((await whole.journal.read('run')).last).toBe(20);
    await whole.close();

    for (const place of [0, 9, 20, 30, 40, 3_000, Math.floor(files[1].length / 2)]) {
      const log = Buffer.from(files[1]);
      log[place]! ^= 4;
      const store = left(log);
      expect(await faultOf(store), `byte ${place} of ${log.length}`).toMatch(/^corrupt: .*-wal/);
      expect(readFileSync(`${store.file}-wal`).equals(log), 'the log is as it was').toBe(true);
    }
    // The end of a log may be missing after a crash; what is left is what was stored before.
    const cut = left(files[1].subarray(0, files[1].length - 5_000));
    expect((await cut.journal.read('run')).last).toBeLessThan(20);
    expect((await cut.journal.read('run')).last).toBeGreaterThan(15);
    await cut.close();
  });
});
