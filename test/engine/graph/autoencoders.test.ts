import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildKlDecoder, buildKlEncoder } from '../../../src/engine/graph/autoencoder-kl.ts';
import { buildTinyDecoder, buildTinyEncoder } from '../../../src/engine/graph/autoencoder-tiny.ts';
import type { AutoencoderGraph, AutoencoderOptions } from '../../../src/engine/graph/latent-space.ts';
import type { TensorValue } from '../../../src/engine/runtime/tensor-value.ts';
import { expectClose, fixturePath, POCKET, readFixture, readModelPart } from '../../support/fixtures.ts';
import { refusal } from '../../support/refusal.ts';
import { runGraph } from '../../support/run-graph.ts';

const folder = (name: string): string =>
  name === 'pocket' ? path.join(POCKET, 'vae') : fixturePath('autoencoders', name);

/** The model, for an input of the size of `input`. */
function options(name: string, input: TensorValue | undefined): AutoencoderOptions {
  const [, , height = 0, width = 0] = input?.shape ?? [];
  return { ...readModelPart(folder(name), 'diffusion_pytorch_model'), compute: 'float32', height, width };
}

const run = (name: string, graph: AutoencoderGraph, input: string, value: TensorValue | undefined) =>
  runGraph(graph.model, folder(name), { [input]: value as TensorValue });

describe.each(['tiny', 'tiny-other', 'pocket'])('given the AutoencoderTiny %s', (name) => {
  const expected = readFixture('autoencoders', name, 'expected.safetensors');

  it('then it decodes as diffusers does', async () => {
    const decoder = buildTinyDecoder(options(name, expected.latents));
    const got = await run(name, decoder, 'latents', expected.latents);
    expectClose(`${name} decoder`, got.sample, expected.decoded);
    expect(decoder.latents.downscale).toBe((expected.decoded?.shape[2] ?? 0) / (expected.latents?.shape[2] ?? 0));
  });

  it('then it encodes as diffusers does', async () => {
    const encoder = buildTinyEncoder(options(name, expected.picture));
    const got = await run(name, encoder, 'sample', expected.picture);
    expectClose(`${name} encoder`, got.latents, expected.encoded);
    expect(encoder.latents.downscale).toBe((expected.picture?.shape[2] ?? 0) / (expected.encoded?.shape[2] ?? 0));
  });
});

describe.each(['kl', 'kl-bare'])('given the AutoencoderKL %s', (name) => {
  const expected = readFixture('autoencoders', name, 'expected.safetensors');

  it('then it decodes as diffusers does', async () => {
    const decoder = buildKlDecoder(options(name, expected.latents));
    const got = await run(name, decoder, 'latents', expected.latents);
    expectClose(`${name} decoder`, got.sample, expected.decoded);
    expect(decoder.latents.downscale).toBe((expected.decoded?.shape[2] ?? 0) / (expected.latents?.shape[2] ?? 0));
  });

  it('then it encodes to the mean and log-variance of diffusers', async () => {
    const encoder = buildKlEncoder(options(name, expected.picture));
    const got = await run(name, encoder, 'sample', expected.picture);
    expectClose(`${name} mean`, got.mean, expected.mean);
    expectClose(`${name} logvar`, got.logvar, expected.logvar);
  });
});

describe('given the scale of a latent space', () => {
  it('then it is handed on as config.json says', () => {
    const { latents } = readFixture('autoencoders', 'tiny-other', 'expected.safetensors');
    expect(buildTinyDecoder(options('tiny-other', latents)).latents).toMatchObject({ channels: 3, shift: 0.25 });
    const kl = readFixture('autoencoders', 'kl', 'expected.safetensors');
    const sdxl = { scalingFactor: 0.13025, shift: 0, statistics: undefined, forceUpcast: true };
    expect(buildKlDecoder(options('kl', kl.latents)).latents).toMatchObject(sdxl);
    const bare = readFixture('autoencoders', 'kl-bare', 'expected.safetensors');
    expect(buildKlEncoder(options('kl-bare', bare.picture)).latents).toMatchObject({
      statistics: { mean: [-1.6, -0.7, 0.5], standardDeviation: [8.4, 6.1, 6.5] },
      forceUpcast: false,
    });
  });
});

describe('given a KL file from before diffusers renamed attention', () => {
  it('then the old names are understood', async () => {
    const { latents, decoded } = readFixture('autoencoders', 'kl', 'expected.safetensors');
    const now = options('kl', latents);
    const legacy = { 'to_q.': 'query.', 'to_k.': 'key.', 'to_v.': 'value.', 'to_out.0.': 'proj_attn.' };
    const rename = (name: string) =>
      Object.entries(legacy).reduce(
        (renamed, [to, from]) => renamed.replace(`attentions.0.${to}`, `attentions.0.${from}`),
        name,
      );
    const weights = new Map([...now.weights].map(([name, entry]) => [rename(name), entry]));
    expect(weights.has('decoder.mid_block.attentions.0.query.weight')).toBe(true);
    const got = await run('kl', buildKlDecoder({ ...now, weights }), 'latents', latents);
    expectClose('legacy names', got.sample, decoded);
  });
});

describe('given an autoencoder that is not what its config says', () => {
  const changed = (name: string, input: 'latents' | 'picture', fields: object): AutoencoderOptions => {
    const opts = options(name, readFixture('autoencoders', name, 'expected.safetensors')[input]);
    return { ...opts, config: { ...(opts.config as object), ...fields } };
  };

  it.each([
    ['an unknown field', { use_spatial_norm: true }, 'use_spatial_norm'],
    [
      'another block',
      { up_block_types: ['UpDecoderBlock2D', 'AttnUpDecoderBlock2D', 'UpDecoderBlock2D'] },
      'up_block_types',
    ],
    ['another activation', { act_fn: 'mish' }, 'act_fn'],
    ['half a statistic', { latents_mean: [0, 0, 0, 0] }, 'latents_std'],
    ['groups that do not divide the channels', { norm_num_groups: 3 }, 'norm_num_groups'],
    ['another class', { _class_name: 'AsymmetricAutoencoderKL' }, '_class_name'],
  ])('then %s of AutoencoderKL is named', (_, fields, field) => {
    const error = refusal(() => buildKlDecoder(changed('kl', 'latents', fields)));
    expect(error.code).toBe('config-unsupported');
    expect(error.message).toContain(field);
  });

  it.each([
    ['an unknown field', { attention: true }, 'attention'],
    ['another upsampling', { upsample_fn: 'bilinear' }, 'upsample_fn'],
    ['channels that change', { decoder_block_out_channels: [6, 6, 8] }, 'decoder_block_out_channels'],
    ['levels without blocks', { num_decoder_blocks: [2, 1] }, 'num_decoder_blocks'],
  ])('then %s of AutoencoderTiny is named', (_, fields, field) => {
    const error = refusal(() => buildTinyDecoder(changed('tiny', 'latents', fields)));
    expect(error.code).toBe('config-unsupported');
    expect(error.message).toContain(field);
  });

  it('then missing tensors and tensors without a place are named', () => {
    const deeper = refusal(() => buildKlDecoder(changed('kl', 'latents', { layers_per_block: 3 })));
    expect(deeper).toMatchObject({
      code: 'tensor-missing',
      context: { tensor: 'decoder.up_blocks.0.resnets.3.norm1.weight' },
    });
    const shallower = refusal(() => buildKlEncoder(changed('kl', 'picture', { layers_per_block: 1 })));
    expect(shallower.code).toBe('tensors-unused');
    expect(shallower.message).toContain('encoder.down_blocks.0.resnets.1.');
    const fewer = refusal(() => buildTinyDecoder(changed('tiny', 'latents', { num_decoder_blocks: [2, 1, 2] })));
    expect(fewer.code).toBe('tensor-missing');
    const unquantized = refusal(() => buildKlEncoder(changed('kl', 'picture', { use_quant_conv: false })));
    expect(unquantized.message).toContain('quant_conv.weight');
  });

  it('then a picture that cannot be halved is refused with the multiple that it needs', () => {
    const error = refusal(() => buildKlEncoder({ ...changed('kl', 'picture', {}), width: 18 }));
    expect(error).toMatchObject({ code: 'picture-size' });
    expect(error.message).toContain('multiples of 4');
  });
});
