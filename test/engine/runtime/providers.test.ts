import { describe, expect, it } from 'vitest';
import { providerCandidates, withFallback } from '../../../src/engine/runtime/providers.ts';
import { UserError } from '../../../src/errors/user-error.ts';
import { refusal } from '../../support/refusal.ts';

describe('providerCandidates', () => {
  it('given auto, then CUDA if it was set up, and nothing else that was not asked for', () => {
    expect(providerCandidates('auto', ['cpu', 'webgpu', 'cuda'])).toEqual(['cuda', 'cpu']);
    expect(providerCandidates('auto', ['cpu', 'webgpu'])).toEqual(['cpu']);
    expect(providerCandidates('auto', ['cpu'])).toEqual(['cpu']);
  });

  it('given a choice, then it and the processor to fall back on', () => {
    expect(providerCandidates('webgpu', ['cpu', 'webgpu', 'cuda'])).toEqual(['webgpu', 'cpu']);
    expect(providerCandidates('cpu', ['cpu', 'cuda'])).toEqual(['cpu']);
  });

  it('given one that this build lacks, then the refusal names those that it has', () => {
    const { code, context } = refusal(() => providerCandidates('coreml', ['cpu', 'webgpu']));
    expect(code).toBe('provider-unknown');
    expect(context).toMatchObject({ got: 'coreml', provider: 'coreml' });
    expect(context.expected).toContain('auto, cpu, webgpu');
  });

  it('given CUDA that is not set up, then the refusal says how to', () => {
    expect(refusal(() => providerCandidates('cuda', ['cpu'])).context.todo).toContain('setup:cuda');
  });
});

describe('withFallback', () => {
  const failing =
    (...broken: string[]) =>
    async (providers: readonly string[]) => {
      if (broken.includes(providers[0] as string)) throw new Error(`no ${providers[0]} here`);
      return providers;
    };

  it('given a first that works, then nothing else is tried', async () => {
    expect(await withFallback(['cuda', 'cpu'], failing())).toEqual({
      value: ['cuda', 'cpu'],
      provider: 'cuda',
      fallbacks: [],
    });
  });

  it('given some that fail, then the first that works, and why the others were not used', async () => {
    expect(await withFallback(['cuda', 'webgpu', 'cpu'], failing('cuda', 'webgpu'))).toEqual({
      value: ['cpu'],
      provider: 'cpu',
      fallbacks: [
        { provider: 'cuda', reason: 'no cuda here' },
        { provider: 'webgpu', reason: 'no webgpu here' },
      ],
    });
  });

  it("given none that works, then the last one's error", async () => {
    await expect(withFallback(['cuda', 'cpu'], failing('cuda', 'cpu'))).rejects.toThrow('no cpu here');
    await expect(withFallback([], failing())).rejects.toThrow('no provider');
  });

  it('given a model that can not be used, then no other provider is tried', async () => {
    let tries = 0;
    const refused = new UserError('config-unsupported', { expected: 'a', got: 'b', todo: 'c' });
    const open = async () => {
      tries += 1;
      throw refused;
    };
    await expect(withFallback(['cuda', 'cpu'], open)).rejects.toBe(refused);
    expect(tries).toBe(1);
  });
});
