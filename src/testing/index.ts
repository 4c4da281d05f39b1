// The door for tests: what helps to test a system that is built with cadre.

// looking at what happened
export { type AtRestOptions, expectAtRest, type Leftover, NotAtRestError } from './at-rest.ts';
// contracts of the ports
export { type ClockContractOptions, clockContract } from './contracts/clock.ts';
export {
  type BrokenClause,
  type ContractReport,
  type ContractRunner,
  runContract,
} from './contracts/contract.ts';
// storage
export { storeContract } from './contracts/store.ts';
export type { StoreContractOptions } from './contracts/store-bench.ts';
export { strategyContract } from './contracts/strategy.ts';
export { transportContract } from './contracts/transport.ts';
export type { TransportContractOptions } from './contracts/transport-bench.ts';
export { type EventFilter, EventLog, eventLog } from './event-log.ts';
// time
export { FakeClock, type FakeClockOptions } from './fake-clock.ts';
// faults
export type { LocalFault, LocalFaultKind } from './faults/fault.ts';
export { Faults, type FaultsOptions } from './faults/faults.ts';
export { InjectedFaultError } from './faults/faulty-agent.ts';
// agents with a script, and recorded ones
export { NotRecordableError } from './json-safe.ts';
export { type CadreMatchers, type MatcherResult, matchers } from './matchers.ts';
export {
  NotRecordedError,
  newRecording,
  type RecordedCall,
  type RecordedError,
  type Recording,
  type RecordOptions,
  type ReplayOptions,
  recordAgent,
  replayAgent,
} from './recording.ts';
export {
  ScriptEndedError,
  ScriptedAgent,
  type ScriptedAgentOptions,
  type ScriptedCall,
  type ScriptedOutput,
  type ScriptedReply,
  scriptedAgent,
} from './scripted-agent.ts';
// simulation
export type { Fault, FaultKind, FaultRates } from './simulation/fault-plan.ts';
export type { SimulatedOptions } from './simulation/life.ts';
export type { SimulatedNode } from './simulation/node.ts';
export {
  type Scenario,
  type SimulateOptions,
  type SimulationReport,
  simulate,
} from './simulation/simulate.ts';
export { CheckFailedError, type Simulation } from './simulation/simulation.ts';
export { SimulationError } from './simulation/simulation-error.ts';
