// The door for a store in a file.

export type { SqliteStoreOptions } from './options.ts';
export { type SqliteStore, sqliteStore } from './store.ts';
