import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { only, PROVENANCE, parseConfig, trainingOnly } from '../../../src/engine/graph/parse-config.ts';
import { refusal } from '../../support/refusal.ts';

const SCHEMA = z.strictObject({
  ...PROVENANCE,
  act_fn: only('silu', 'swish'),
  dropout: trainingOnly,
  channels: z.number().int().positive(),
  blocks: z.array(z.literal(['a', 'b'])).default(['a']),
});
const parse = (config: unknown) => parseConfig(SCHEMA, config, 'U-Net');

describe('given a config', () => {
  it('that is understood, then what it leaves out has its default', () => {
    expect(parse({ channels: 4, _class_name: 'X', dropout: 'any' })).toMatchObject({ act_fn: 'silu', blocks: ['a'] });
    expect(parse({ channels: 4, act_fn: 'swish' }).act_fn).toBe('swish');
  });

  it.each([
    ['a field that is unknown', { channels: 4, mystery: 1 }, /unknown field mystery/],
    ['a value that is unknown', { channels: 4, act_fn: 'mish' }, /act_fn = "mish"/],
    ['a value of another type', { channels: '4' }, /channels = "4"/],
    ['a value within a list', { channels: 4, blocks: ['a', 'z'] }, /blocks\.1 = "z"/],
    ['a field that is missing', {}, /channels = undefined/],
    ['no object', null, /config = null/],
  ])('with %s, then it is refused by name', (_, config, message) => {
    const { code, context } = refusal(() => parse(config));
    expect(code).toBe('config-unsupported');
    expect(context).toMatchObject({ part: 'U-Net', expected: expect.stringContaining('U-Net') });
    expect(context.got).toMatch(message);
  });

  it('with several, then all of them are told', () => {
    expect(refusal(() => parse({ mystery: 1, act_fn: 'mish' })).context.problems).toHaveLength(3);
  });
});
