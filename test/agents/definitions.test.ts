import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AgentRegistry, defineAgent, defineCapability, InvalidOptionsError } from '../../src/index.ts';
import { thrownBy } from '../support/outcome.ts';

const handle = () => 1;

describe('defineAgent', () => {
  it('gives frozen data with everything decided, and registers nothing', () => {
    const research = defineCapability('research');
    const agent = defineAgent('ada', {
      description: 'looks things up',
      capabilities: [research, 'write', 'research', research],
      specializations: ['oceans', 'oceans'],
      policy: { attempts: 2, timeout: '30s' },
      handle,
    });

    expect(agent).toMatchObject({
      kind: 'agent',
      name: 'ada',
      description: 'looks things up',
      specializations: ['oceans'],
      concurrency: 1,
      policy: { attempts: 2, timeout: 30_000 },
    });
    expect(agent.capabilities.map(({ name }) => name)).toEqual(['research', 'write']);
    expect([agent, agent.capabilities, agent.specializations].every(Object.isFrozen)).toBe(true);
  });

  it('does not change with the options that it was given', () => {
    const [capabilities, specializations] = [['a'], ['x']];
    const agent = defineAgent('ada', { capabilities, specializations, handle });
    capabilities.push('b');
    specializations.push('y');

    expect(agent.capabilities.map(({ name }) => name)).toEqual(['a']);
    expect(agent.specializations).toEqual(['x']);
  });

  it.each([
    ['handle', undefined],
    ['handle', null],
    ['handle', 'text'],
    ['handle', class {}],
    ['capabilities', 'research'],
    ['capabilities', {}],
    ['capabilities', null],
    ['capabilities.0', [5]],
    ['capabilities.1', ['a', null]],
    ['capabilities.0', [{ name: 'a' }]],
    ['specializations', 'oceans'],
    ['specializations', new Set(['oceans'])],
    ['concurrency', 0],
    ['concurrency', -1],
    ['concurrency', 1.5],
    ['concurrency', Number.NaN],
    ['concurrency', '4'],
    ['concurrency', null],
    ['description', 5],
    ['policy', null],
    ['policy', 3],
    ['policy.attempts', { attempts: 0 }],
    ['policy.attempts', { attempts: '3' }],
    ['policy.timeout', { timeout: -1 }],
    ['policy.timeout', { timeout: 0 }],
    ['policy.retries', { retries: 3 }],
    ['policy.retryWhen', { retryWhen: true }],
    ['policy.backoff', { backoff: '1s' }],
    ['policy.backoff.initial', { backoff: { initial: Number.NaN } }],
    ['policy.backoff.initial', { backoff: { initial: Number.POSITIVE_INFINITY } }],
    ['policy.backoff.factor', { backoff: { factor: 0.5 } }],
    ['policy.backoff.factor', { backoff: { factor: 101 } }],
    ['policy.backoff.max', { backoff: { max: Number.POSITIVE_INFINITY } }],
    ['policy.backoff.jitter', { backoff: { jitter: 1.1 } }],
    ['policy.backoff.jitter', { backoff: { jitter: '0.5' } }],
    ['policy.backoff.base', { backoff: { base: 2 } }],
    ['capability', 'a'],
  ])('refuses %s of %o by its name', (option, value) => {
    const [key] = option.split('.') as [string];
    const error = thrownBy(() => defineAgent('ada', { handle, [key]: value } as never));

    expect(error).toBeInstanceOf(InvalidOptionsError);
    expect(error).toMatchObject({ owner: 'defineAgent', option, retryable: false });
  });

  it.each([
    ['capabilities', ['a b']],
    ['capabilities', ['']],
    ['capabilities', ['a.*']],
    ['specializations', ['a b']],
    ['specializations', [5]],
  ])('refuses names in %s that are none: %o', (key, value) => {
    expect(thrownBy(() => defineAgent('ada', { handle, [key]: value } as never))).toMatchObject({
      code: 'INVALID_NAME',
    });
  });

  it.each([undefined, null, 5, '', 'a b', '*', 'a.>', '__proto__', 'x'.repeat(257)])(
    'refuses the name %o',
    (name) => {
      expect(thrownBy(() => defineAgent(name as string, { handle }))).toMatchObject({
        code: 'INVALID_NAME',
        kind: 'agent',
        value: name,
      });
    },
  );

  it.each([undefined, null, 5, 'text', [], handle])('refuses options that are %o', (options) => {
    expect(thrownBy(() => defineAgent('ada', options as never))).toBeInstanceOf(InvalidOptionsError);
  });
});

describe('defineCapability', () => {
  it('gives frozen data with its schemas', () => {
    const input = z.object({ topic: z.string() });
    const capability = defineCapability('research', { input, description: 'looks things up' });

    expect(capability).toEqual({
      kind: 'capability',
      name: 'research',
      description: 'looks things up',
      input,
      output: undefined,
    });
    expect(Object.isFrozen(capability)).toBe(true);
  });

  it.each([
    ['input', {}],
    ['input', null],
    ['input', 'string'],
    ['output', () => true],
    ['output', { '~standard': { version: 2, validate: () => 1 } }],
    ['output', { '~standard': { version: 1 } }],
    ['schema', z.string()],
  ])('refuses %s of %o', (option, value) => {
    expect(thrownBy(() => defineCapability('research', { [option]: value } as never))).toMatchObject({
      code: 'INVALID_OPTIONS',
      owner: 'defineCapability',
      option,
    });
  });

  it.each([undefined, '', 'a b', '>'])('refuses the name %o', (name) => {
    expect(thrownBy(() => defineCapability(name as string))).toMatchObject({
      code: 'INVALID_NAME',
      kind: 'capability',
    });
  });
});

describe('an agent registry', () => {
  it.each([{}, null, undefined, 'ada', { kind: 'agent', name: 'ada' }, defineCapability('ada')])(
    'registers nothing that is no agent: %o',
    (agent) => {
      const registry = new AgentRegistry();

      expect(thrownBy(() => registry.register(agent as never))).toMatchObject({
        owner: 'register',
        option: 'agent',
      });
      expect(registry.size).toBe(0);
    },
  );

  it('refuses options that it does not know', () => {
    expect(thrownBy(() => new AgentRegistry({ limit: 5 } as never))).toMatchObject({
      owner: 'AgentRegistry',
      option: 'limit',
    });
  });
});
