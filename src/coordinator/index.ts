export { Coordinator, type CoordinatorStats } from './coordinator.ts';
export type { CadreEvent, CoordinatorEvent } from './events.ts';
export type { CloseReport } from './lifecycle.ts';
export type { CloseOptions, CoordinatorOptions } from './options.ts';
