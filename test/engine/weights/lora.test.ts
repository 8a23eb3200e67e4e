import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalNoise, randomStream } from '../../../src/engine/random/random-stream.ts';
import { ldmUnetName, unetLayout } from '../../../src/engine/weights/ldm-unet-names.ts';
import { openLora } from '../../../src/engine/weights/lora.ts';
import { otherAdapterKind, parseLoraKey } from '../../../src/engine/weights/lora-keys.ts';
import { loraTargets } from '../../../src/engine/weights/lora-targets.ts';
import { encodeSafetensors } from '../../../src/engine/weights/safetensors.ts';
import { unetName } from '../../../src/engine/weights/single-file/unet-names.ts';
import type { StoredTensor } from '../../../src/engine/weights/tensor-data.ts';
import type { TensorIndex } from '../../../src/engine/weights/tensor-index.ts';
import { fixturePath, POCKET } from '../../support/fixtures.ts';
import { refusal } from '../../support/refusal.ts';
import { temporaryFolder } from '../../support/story-runs.ts';
import { writeTensors } from '../../support/toy-loras.ts';

let place: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  place = temporaryFolder();
});
afterAll(() => place.remove());

const entry = (shape: readonly number[]) => ({ type: 'float16', shape, file: '/none', offset: 0, length: 0 }) as const;
const tensor = (shape: readonly number[], type: 'float32' | 'int64' = 'float32'): StoredTensor => {
  const count = shape.reduce((a, b) => a * b, 1);
  const data = normalNoise(randomStream({ seed: 3n, purpose: 'probe', panel: 0 }), count);
  return { type, shape, data: type === 'float32' ? data : new BigInt64Array(count) };
};
const number = (value: number): StoredTensor => ({ type: 'float32', shape: [], data: Float32Array.of(value) });

/** A model with a linear layer, a projection that is a 1x1 convolution, a 3x3 convolution, a norm and an encoder. */
const MODEL = {
  unet: new Map([
    ['down_blocks.0.resnets.0.conv1.weight', entry([6, 4, 3, 3])],
    ['down_blocks.0.attentions.0.norm.weight', entry([4])],
    ['down_blocks.0.attentions.0.proj_in.weight', entry([4, 4, 1, 1])],
    ['down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight', entry([4, 8])],
    ['down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_out.0.weight', entry([4, 4])],
  ]),
  text_encoder: new Map([['encoder.layers.0.self_attn.q_proj.weight', entry([8, 8])]]),
} satisfies Record<string, TensorIndex>;
const TO_K = 'down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k';
const KOHYA_TO_K = `lora_unet_${TO_K.replaceAll('.', '_')}`;
const pair = (
  name: string,
  down: readonly number[],
  up: readonly number[],
  [a, b]: readonly string[] = ['lora_down', 'lora_up'],
) => ({
  [`${name}.${a}.weight`]: tensor(down),
  [`${name}.${b}.weight`]: tensor(up),
});
const GOOD = pair(KOHYA_TO_K, [2, 8], [4, 2]);
const open = (tensors: Record<string, StoredTensor>, metadata?: Record<string, string>) =>
  openLora(writeTensors(place.at('noir.safetensors'), tensors, metadata), MODEL);

describe('given the names that kohya’s trainers give to SDXL and SD 1.5, then they are what diffusers takes them for', () => {
  const names = JSON.parse(fs.readFileSync(fixturePath('lora', 'names.json'), 'utf8')) as Record<
    'sdxl' | 'sd15',
    Record<string, string>
  >;
  it.each(['sdxl', 'sd15'] as const)('%s', (family) => {
    const pairs = names[family];
    const unet = new Map(Object.values(pairs).map((module) => [`${module}.weight`, entry([4, 4])]));
    const targets = loraTargets({ unet });
    expect(Object.keys(pairs).length).toBeGreaterThan(200);
    for (const [name, module] of Object.entries(pairs)) {
      expect(targets.get(name)?.module, name).toBe(module);
      for (const other of [`lora_unet_${module.replaceAll('.', '_')}`, `unet.${module}`, module]) {
        expect(targets.get(other)?.module, other).toBe(module);
      }
    }
    // both ways of the same table: single files are read by the other
    const layout = unetLayout(unet.keys());
    for (const module of Object.values(pairs)) {
      expect(unetName(`${ldmUnetName(module, layout)}.weight`, layout.layersPerBlock)).toBe(`${module}.weight`);
    }
  });

  it('then a module that the original code lacks has no name there', () => {
    const layout = unetLayout([]);
    for (const module of ['down_blocks.0.resnets.0.conv9', 'mid_block.adapter.0.x', 'controlnet_cond', '__proto__']) {
      expect(ldmUnetName(module, layout)).toBeUndefined();
    }
  });
});

describe('given a LoRA', () => {
  it('then each layer is found, with the scale alpha / rank, or 1 where there is no alpha', () => {
    const { name, file, updates } = open({
      ...GOOD,
      [`${KOHYA_TO_K}.alpha`]: number(0.5),
      ...pair('lora_te_text_model_encoder_layers_0_self_attn_q_proj', [3, 8], [8, 3]),
    });
    expect([name, file]).toEqual(['noir', place.at('noir.safetensors')]);
    expect([...updates.unet.keys()]).toEqual([TO_K]);
    expect(updates.unet.get(TO_K)).toMatchObject({ scale: 0.25, down: { shape: [2, 8] }, up: { shape: [4, 2] } });
    expect(updates.text_encoder.get('encoder.layers.0.self_attn.q_proj')?.scale).toBe(1);
    expect(updates.text_encoder_2.size).toBe(0);
  });

  it.each([
    ['PEFT', `unet.${TO_K}`, ['lora_A', 'lora_B']],
    ['PEFT with the name of the adapter', `unet.${TO_K}`, ['lora_A.default', 'lora_B.default']],
    ['diffusers of 2023', `unet.${TO_K.replace('attn2.', 'attn2.processor.')}`, ['lora.down', 'lora.up']],
    ['diffusers before it adapted text encoders', TO_K, ['lora.down', 'lora.up']],
  ])('in the format of %s, then its layer is found', (_, name, halves) => {
    expect([...open(pair(name, [2, 8], [4, 2], halves)).updates.unet.keys()]).toEqual([TO_K]);
  });

  it('by the names of attention processors, then their layers are found', () => {
    const processor = TO_K.replace('attn2.to_k', 'attn2.processor.to_out_lora');
    const encoder = 'text_encoder.text_model.encoder.layers.0.self_attn.to_q_lora';
    const { updates } = open({
      ...pair(`unet.${processor}`, [2, 4], [4, 2], ['down', 'up']),
      ...pair(encoder, [2, 8], [8, 2], ['down', 'up']),
    });
    expect([...updates.unet.keys()]).toEqual([TO_K.replace('to_k', 'to_out.0')]);
    expect([...updates.text_encoder.keys()]).toEqual(['encoder.layers.0.self_attn.q_proj']);
  });

  it('of convolutions, then 3x3 kernels and both spellings of a 1x1 kernel are understood', () => {
    const conv = 'down_blocks.0.resnets.0.conv1';
    const projection = 'down_blocks.0.attentions.0.proj_in';
    for (const [down, up] of [
      [
        [2, 4],
        [4, 2],
      ],
      [
        [2, 4, 1, 1],
        [4, 2, 1, 1],
      ],
    ] as const) {
      const { updates } = open({
        ...pair(`unet.${conv}`, [2, 4, 3, 3], [6, 2, 1, 1], ['lora_A', 'lora_B']),
        ...pair(`unet.${projection}`, down, up, ['lora_A', 'lora_B']),
      });
      expect([...updates.unet.keys()].sort()).toEqual([projection, conv].sort());
    }
  });

  const peft = pair(`unet.${TO_K}`, [4, 8], [4, 4], ['lora_A', 'lora_B']);
  it.each<[string, Record<string, unknown>, number]>([
    ['one alpha', { 'unet.lora_alpha': 2 }, 0.5],
    ['one alpha without a prefix', { lora_alpha: 2 }, 0.5],
    ['another alpha of this layer', { 'unet.lora_alpha': 2, 'unet.alpha_pattern': { [`^${TO_K}`]: 8 } }, 2],
    ['another alpha of such layers', { 'unet.lora_alpha': 2, 'unet.alpha_pattern': { to_k: 8 } }, 2],
    ['another alpha of others', { 'unet.lora_alpha': 2, 'unet.alpha_pattern': { o_k: 8, '^to_k': 8 } }, 0.5],
    ['a scale by the root of the rank', { 'unet.lora_alpha': 2, 'unet.use_rslora': true }, 1],
    ['settings of another part', { 'text_encoder.lora_alpha': 2 }, 1],
  ])('with PEFT’s settings in its metadata (%s), then they count', (_, settings, scale) => {
    const { updates } = open(peft, { lora_adapter_metadata: JSON.stringify(settings) });
    expect(updates.unet.get(TO_K)?.scale).toBe(scale);
  });
});

describe('given something else than a LoRA for the model, then it is refused by what it is', () => {
  const metadata = (settings: unknown) => ({ lora_adapter_metadata: JSON.stringify(settings) });
  const peft = pair(`unet.${TO_K}`, [4, 8], [4, 4], ['lora_A', 'lora_B']);
  it.each<[string, Record<string, StoredTensor>, string, RegExp, Record<string, string>?]>([
    ['LoHa', { ...GOOD, 'lora_unet_x.hada_w1_a': tensor([2, 2]) }, 'lora-format', /LoHa/u],
    ['LoKr', { 'lora_unet_x.lokr_w1': tensor([2, 2]) }, 'lora-format', /LoKr/u],
    ['DoRA', { ...GOOD, [`${KOHYA_TO_K}.dora_scale`]: tensor([4, 1]) }, 'lora-format', /DoRA/u],
    ['DoRA by PEFT', { ...peft, [`unet.${TO_K}.lora_magnitude_vector`]: tensor([4]) }, 'lora-format', /DoRA/u],
    ['whole differences', { 'lora_unet_x.diff': tensor([4, 4]) }, 'lora-format', /whole differences/u],
    ['Tucker', { ...GOOD, 'lora_unet_x.lora_mid.weight': tensor([2, 2, 3, 3]) }, 'lora-format', /Tucker/u],
    ['biases', { ...peft, [`unet.${TO_K}.lora_B.bias`]: tensor([4]) }, 'lora-format', /biases/u],
    [
      'regular expressions',
      peft,
      'lora-format',
      /regular expression/u,
      metadata({ lora_alpha: 1, alpha_pattern: { '(a+)+$': 2 } }),
    ],
    ['strange settings', peft, 'lora-format', /alpha_pattern/u, metadata({ lora_alpha: 1, alpha_pattern: 7 })],
    ['settings that are none', peft, 'lora-format', /not a JSON object/u, { lora_adapter_metadata: '[' }],
    [
      'a layer that the model lacks',
      { ...GOOD, ...pair('lora_unet_mid_block_magic', [2, 8], [4, 2]) },
      'lora-unmatched',
      /1 of its 2 layers.*mid_block_magic/u,
    ],
    ['a stranger beside it', { ...GOOD, loss: tensor([1]) }, 'lora-unmatched', /\(loss\)/u],
    ['a norm', pair('unet.down_blocks.0.attentions.0.norm', [2, 4], [4, 2]), 'lora-unmatched', /norm/u],
    ['FLUX', pair('lora_unet_double_blocks_0_img_attn_qkv', [2, 8], [4, 2]), 'lora-unmatched', /FLUX/u],
    [
      'FLUX by diffusers',
      pair('transformer.single_transformer_blocks.0.attn.to_q', [2, 8], [4, 2], ['lora_A', 'lora_B']),
      'lora-unmatched',
      /FLUX/u,
    ],
    [
      'Stable Diffusion 3',
      pair('transformer.transformer_blocks.0.attn.add_k_proj', [2, 8], [4, 2], ['lora_A', 'lora_B']),
      'lora-unmatched',
      /Stable Diffusion 3/u,
    ],
    ['SDXL', pair(KOHYA_TO_K, [2, 2048], [4, 2]), 'lora-shape', /SDXL: 1 of its 1 layers are of another size/u],
    ['Stable Diffusion 1.x', pair(KOHYA_TO_K, [2, 768], [4, 2]), 'lora-shape', /Stable Diffusion 1\.x/u],
    ['another kernel', pair('unet.down_blocks.0.resnets.0.conv1', [2, 4], [6, 2]), 'lora-shape', /conv1/u],
    ['ranks that differ', pair(KOHYA_TO_K, [2, 8], [4, 3]), 'lora-shape', /to_k/u],
    ['rank 0', pair(KOHYA_TO_K, [0, 8], [4, 0]), 'lora-shape', /to_k/u],
    [
      'half a layer',
      { [`${KOHYA_TO_K}.lora_up.weight`]: tensor([4, 2]) },
      'lora-incomplete',
      /only one of "lora_unet/u,
    ],
    [
      'one layer twice',
      { ...GOOD, ...pair(`unet.${TO_K}`, [2, 8], [4, 2], ['lora_A', 'lora_B']) },
      'lora-incomplete',
      /two of/u,
    ],
    [
      'whole numbers',
      { ...GOOD, [`${KOHYA_TO_K}.lora_up.weight`]: tensor([4, 2], 'int64') },
      'lora-incomplete',
      /int64/u,
    ],
    ['an alpha of several', { ...GOOD, [`${KOHYA_TO_K}.alpha`]: tensor([2]) }, 'lora-incomplete', /float32 \[2\]/u],
    ['an alpha that is no number', { ...GOOD, [`${KOHYA_TO_K}.alpha`]: number(Number.NaN) }, 'lora-incomplete', /NaN/u],
    ['a whole model', { 'model.diffusion_model.out.2.weight': tensor([4]) }, 'lora-file', /whole model.*--model/u],
    ['a U-Net', { 'down_blocks.0.resnets.0.conv1.weight': tensor([4]) }, 'lora-file', /U-Net/u],
    ['a VAE', { 'decoder.conv_in.weight': tensor([4]) }, 'lora-file', /VAE/u],
    ['a canon', { 'anchors.0.latents': tensor([4]) }, 'lora-file', /canon.*--canon/u],
    ['nothing', {}, 'lora-file', /0 tensors/u],
  ])('%s', (_, tensors, code, message, settings) => {
    const error = refusal(() => open(tensors, settings));
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
    expect(error.message).toContain('noir.safetensors');
    expect(error.message.length).toBeLessThan(500);
  });

  it.each<[string, () => string, string, RegExp]>([
    ['no file', () => place.at('none.safetensors'), 'lora-file', /no such file/u],
    ['a folder', () => place.folder, 'lora-file', /a folder/u],
    ['a pickle', () => write('noir.pt', Buffer.from('x')), 'lora-file', /never opened/u],
    ['a picture', () => path.join(POCKET, 'README.md'), 'weights-header', /README/u],
    [
      'a file cut short',
      () => write('cut.safetensors', encodeSafetensors(GOOD).subarray(0, -1)),
      'weights-truncated',
      /cut short/u,
    ],
  ])('%s', (_, file, code, message) => {
    const error = refusal(() => openLora(file(), MODEL));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });

  const write = (name: string, bytes: Uint8Array): string => {
    fs.writeFileSync(place.at(name), bytes);
    return place.at(name);
  };
});

describe('parseLoraKey', () => {
  it('given names of models, then none is a LoRA’s', () => {
    for (const name of ['conv_in.weight', 'lora_down.weight', '.alpha', 'alphas_cumprod', 'x.lora_A', '']) {
      expect(parseLoraKey(name), name).toBeUndefined();
      expect(otherAdapterKind(name), name).toBeUndefined();
    }
  });
});
