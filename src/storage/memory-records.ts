import type { Clock, Timer } from '../kernel/clock.ts';
import { storeChecks } from './checks.ts';
import { ConflictError } from './errors.ts';
import { type Expiring, Expiry } from './expiry.ts';
import { KeyOrder } from './key-order.ts';
import type { ListOptions, RecordChange, RecordOptions, Records, StoredRecord } from './store.ts';
import { RecordWatchers } from './watchers.ts';

const NEVER = Number.POSITIVE_INFINITY;

interface MemoryRecord extends Expiring {
  readonly key: string;
  text: string;
  revision: number;
}

/** The records of the memory store. */
export class MemoryRecords implements Records {
  readonly #records = new Map<string, MemoryRecord>();
  readonly #order = new KeyOrder(this.#records);
  readonly #expiry = new Expiry<MemoryRecord>();
  readonly #watchers = new RecordWatchers();
  readonly #clock: Clock;
  readonly #checkOpen: () => void;
  #revision = 0;
  /** Set only while somebody watches what expires; others find it gone when they look. */
  #timer: Timer | undefined;
  #timerAt = NEVER;

  /** @param checkOpen Throws when the store is closed. */
  constructor(clock: Clock, checkOpen: () => void) {
    this.#clock = clock;
    this.#checkOpen = checkOpen;
  }

  async get(key: string): Promise<StoredRecord | undefined> {
    const record = this.#find(key);
    return record && shown(record);
  }

  async create(key: string, text: string, options?: RecordOptions): Promise<number> {
    const there = this.#find(key);
    storeChecks.text('Records.create', 'text', text);
    const { ttlMs } = storeChecks.recordOptions('Records.create', options);
    if (there !== undefined) throw new ConflictError(key, 0, there.revision);
    const record: MemoryRecord = { key, text, revision: 0, dueAt: 0, place: -1 };
    this.#records.set(key, record);
    this.#order.added(key);
    return this.#write(record, text, ttlMs);
  }

  async update(key: string, text: string, revision: number, options?: RecordOptions): Promise<number> {
    const there = this.#find(key);
    storeChecks.text('Records.update', 'text', text);
    storeChecks.place('Records.update', 'revision', revision);
    const { ttlMs } = storeChecks.recordOptions('Records.update', options);
    return this.#write(claimed(key, revision, there), text, ttlMs);
  }

  async delete(key: string, revision?: number): Promise<boolean> {
    const there = this.#find(key);
    if (revision !== undefined) {
      storeChecks.place('Records.delete', 'revision', revision);
      claimed(key, revision, there);
    }
    if (there !== undefined) this.#drop(there);
    return there !== undefined;
  }

  async list(options?: ListOptions): Promise<readonly StoredRecord[]> {
    this.#checkOpen();
    const settings = storeChecks.listOptions('Records.list', options);
    this.#expire();
    return this.#order.select(settings).map((key) => shown(this.#records.get(key)!));
  }

  watch(prefix: string, listener: (change: RecordChange) => void): () => void {
    this.#checkOpen();
    this.#expire();
    const end = this.#watchers.watch(prefix, listener);
    this.#setTimer();
    return () => {
      end();
      this.#setTimer();
    };
  }

  /** Forgets everything and frees the timer. */
  clear(): void {
    this.#watchers.close();
    this.#setTimer();
    for (const record of this.#records.values()) this.#expiry.remove(record);
    this.#records.clear();
    this.#order.removed();
  }

  #find(key: string): MemoryRecord | undefined {
    this.#checkOpen();
    storeChecks.key(key);
    this.#expire();
    return this.#records.get(key);
  }

  #write(record: MemoryRecord, text: string, ttlMs: number): number {
    record.text = text;
    record.revision = ++this.#revision;
    if (ttlMs !== NEVER || record.place >= 0) {
      record.dueAt = this.#clock.monotonic() + ttlMs;
      this.#expiry.set(record);
      this.#setTimer();
    }
    this.#watchers.tell({ key: record.key, text, revision: record.revision });
    return record.revision;
  }

  #drop(record: MemoryRecord): void {
    this.#records.delete(record.key);
    this.#order.removed();
    this.#expiry.remove(record);
    this.#watchers.tell({ key: record.key, text: undefined, revision: ++this.#revision });
  }

  #expire(): void {
    if (this.#expiry.first === undefined) return;
    const now = this.#clock.monotonic();
    for (let next = this.#expiry.first; next !== undefined && next.dueAt <= now; next = this.#expiry.first) {
      this.#drop(next);
    }
    this.#setTimer();
  }

  /** One timer for all, for the next that expires. One that is too early looks, and is set anew. */
  #setTimer(): void {
    const at = this.#watchers.size > 0 ? (this.#expiry.first?.dueAt ?? NEVER) : NEVER;
    if (at === NEVER || at < this.#timerAt) {
      this.#timer?.cancel();
      this.#timer = undefined;
      this.#timerAt = NEVER;
    }
    if (at === NEVER || this.#timer !== undefined) return;
    this.#timerAt = at;
    this.#timer = this.#clock.schedule(this.#ring, at - this.#clock.monotonic());
    this.#timer.unref();
  }

  readonly #ring = (): void => {
    this.#timer = undefined;
    this.#timerAt = NEVER;
    this.#expire();
    this.#setTimer();
  };
}

function shown({ key, text, revision }: MemoryRecord): StoredRecord {
  return { key, text, revision };
}

function claimed(key: string, revision: number, there: MemoryRecord | undefined): MemoryRecord {
  if (there?.revision !== revision) throw new ConflictError(key, revision, there?.revision ?? 0);
  return there;
}
