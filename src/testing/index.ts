// The door for tests: what helps to test a system that is built with cadre.

export { FakeClock, type FakeClockOptions } from './fake-clock.ts';
