export { type StoreChecks, storeChecks } from './checks.ts';
export { ConflictError, InvalidKeyError, StoreError, type StoreFault } from './errors.ts';
export { type MemoryStoreOptions, memoryStore } from './memory-store.ts';
export { Persistence } from './persistence.ts';
export {
  type Durability,
  type Journal,
  type JournalHead,
  type JournalPart,
  type JournalReadOptions,
  type JournalSnapshot,
  type ListOptions,
  type RecordChange,
  type RecordOptions,
  type Records,
  type Store,
  type StoredRecord,
  storeRule,
} from './store.ts';
export { RecordWatchers } from './watchers.ts';
