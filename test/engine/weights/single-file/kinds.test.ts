import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModel } from '../../../../src/engine/weights/open-model.ts';
import { refusal } from '../../../support/refusal.ts';
import { type Header, headerOf, singleFileFixture, tinyFamily, writeSparse } from '../../../support/single-files.ts';

let root: string;
beforeAll(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-kinds-')));
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

/** A file with tensors of these names and shapes, one after the other. */
function written(name: string, shapes: Readonly<Record<string, readonly number[]>>): string {
  const file = path.join(root, name);
  const rows = Object.entries(shapes).map(([tensor, shape]) => [tensor, shape, 'unet', [tensor], 'same'] as const);
  writeSparse(file, headerOf({ configs: {}, rows }));
  return file;
}

const SD1 = headerOf(singleFileFixture('sd1'));
const SDXL = headerOf(singleFileFixture('sdxl'));
const CONV_IN = 'model.diffusion_model.input_blocks.0.0.weight';

/** A header with other shapes; its offsets are made anew. */
function changed(header: Header, change: (shapes: Record<string, readonly number[]>) => void): string {
  const shapes = Object.fromEntries(
    Object.entries(header).map(([name, entry]) => [name, (entry as { shape: number[] }).shape]),
  );
  change(shapes);
  return written('changed.safetensors', shapes);
}

describe('given a .safetensors file that is something else than a model', () => {
  it.each([
    ['a LoRA of kohya', { 'lora_unet_down_blocks_1_attentions_0_proj_in.lora_down.weight': [4, 8] }, /a LoRA.*--lora/],
    ['a LoRA of PEFT', { 'unet.down_blocks.1.attentions.0.proj_in.lora_A.weight': [4, 8] }, /a LoRA.*--lora/],
    ['a LoHa', { 'lora_unet_mid_block.hada_w1_a': [4, 8] }, /a LoRA or another adapter/],
    ['a ControlNet', { 'control_model.input_hint_block.0.weight': [4, 8] }, /ControlNet/],
    [
      'a ControlNet of diffusers',
      { 'controlnet_cond_embedding.conv_in.weight': [4, 3], 'down_blocks.0.resnets.0.conv1.weight': [4, 4] },
      /ControlNet/,
    ],
    ['an IP-Adapter', { 'image_proj.proj.weight': [4, 8], 'ip_adapter.1.to_k_ip.weight': [4, 8] }, /adapter/],
    ['a motion module', { 'down_blocks.0.motion_modules.0.temporal_transformer.norm.weight': [8] }, /AnimateDiff/],
    ['FLUX', { 'double_blocks.0.img_attn.norm.key_norm.scale': [128] }, /FLUX/],
    [
      'FLUX in a whole checkpoint',
      { 'model.diffusion_model.double_blocks.0.img_attn.qkv.weight': [4, 4], 'vae.encoder.conv_in.weight': [4, 4] },
      /FLUX/,
    ],
    [
      'Stable Diffusion 3',
      {
        'model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight': [4, 4],
        'first_stage_model.encoder.conv_in.weight': [4, 4],
      },
      /Stable Diffusion 3/,
    ],
    [
      'a VAE of the original code',
      { 'encoder.conv_in.weight': [4, 3, 3, 3], 'decoder.mid.attn_1.q.weight': [4, 4, 1, 1] },
      /VAE\) alone/,
    ],
    ['a VAE with its prefix', { 'first_stage_model.encoder.conv_in.weight': [4, 3, 3, 3] }, /VAE\) alone/],
    ['TAESD', { 'decoder.layers.0.weight': [4, 4, 3, 3] }, /VAE\) alone/],
    ['a text encoder', { 'text_model.embeddings.token_embedding.weight': [49408, 8] }, /text encoder alone/],
    [
      'a U-Net of diffusers',
      { 'conv_in.weight': [320, 4, 3, 3], 'down_blocks.0.resnets.0.norm1.weight': [320] },
      /U-Net.*model_index\.json/,
    ],
    ['a textual inversion', { emb_params: [2, 768] }, /textual inversion/],
    ['a textual inversion of SDXL', { clip_g: [2, 1280], clip_l: [2, 768] }, /textual inversion/],
    ['an upscaler', { 'conv_first.weight': [64, 3, 3, 3] }, /upscaler/],
    [
      'another transformer',
      { 'model.diffusion_model.layers.0.adaLN_modulation.0.weight': [8, 8] },
      /transformer of a model of another family/,
    ],
    ['nothing that is known', { 'some.weight': [3] }, /1 tensors of a model that Troupe doesn't know/],
    ['nothing at all', {}, /0 tensors/],
  ])('%s, then it says what it is and what to do', (name, shapes, message) => {
    const file = written(`${name.replaceAll(' ', '-')}.safetensors`, shapes as Record<string, readonly number[]>);
    const error = refusal(() => openModel(file));
    expect([error.code, error.message]).toEqual(['model-kind', expect.stringMatching(message)]);
    expect(error.message).toContain(file);
  });
});

describe('given a checkpoint of a model that draws from more than text, or of another size', () => {
  it.each([
    [9, /inpainting U-Net.*9 channels/],
    [8, /instruct-pix2pix/],
    [7, /upscaler/],
    [5, /depth/],
  ])('with %i input channels, then it says what it is for', (channels, message) => {
    for (const header of [SD1, SDXL]) {
      const file = changed(header, (shapes) => {
        shapes[CONV_IN] = [320, channels, 3, 3];
      });
      expect(refusal(() => openModel(file))).toMatchObject({
        code: 'model-kind',
        message: expect.stringMatching(message),
      });
    }
  });

  it('the refiner, then it says to take the base', () => {
    const file = changed(SDXL, (shapes) => {
      for (const name of Object.keys(shapes)) {
        const shape = shapes[name] as readonly number[];
        if (!name.startsWith('conditioner.embedders.')) continue;
        delete shapes[name];
        if (name.includes('.1.')) shapes[name.replace('embedders.1', 'embedders.0')] = shape;
      }
    });
    expect(refusal(() => openModel(file)).message).toMatch(/refiner.*base model/);
  });

  it('a cut down SDXL (as SSD-1B), then it is not taken for one', () => {
    const file = changed(SDXL, (shapes) => {
      for (const name of Object.keys(shapes))
        if (name.includes('middle_block.1.transformer_blocks.')) delete shapes[name];
    });
    expect(refusal(() => openModel(file)).message).toMatch(/like SDXL's with \d+ tensors instead of 1680/);
  });

  it('without its VAE, then that is said', () => {
    const file = changed(SD1, (shapes) => {
      for (const name of Object.keys(shapes)) if (name.startsWith('first_stage_model.')) delete shapes[name];
    });
    expect(refusal(() => openModel(file))).toMatchObject({
      code: 'model-part',
      message: expect.stringContaining('its vae'),
    });
  });

  it('with tensors that no part has a place for, then they are named', () => {
    const file = changed(SD1, (shapes) => {
      shapes['first_stage_model.decoder.extra.weight'] = [3];
      shapes['somebody.else'] = [3];
    });
    const error = refusal(() => openModel(file));
    expect(error).toMatchObject({
      code: 'tensors-unused',
      context: { tensors: ['first_stage_model.decoder.extra.weight', 'somebody.else'] },
    });
  });

  it('with what trainers leave in their files, then it is opened', () => {
    const file = changed(SD1, (shapes) => {
      for (const name of ['betas', 'sqrt_alphas_cumprod', 'model_ema.decay', 'first_stage_model.loss.logvar'])
        shapes[name] = [3];
      shapes['cond_stage_model.transformer.text_model.embeddings.position_ids'] = [1, 77];
    });
    expect(openModel(file)).toMatchObject({ pipeline: 'StableDiffusionPipeline', card: { width: 512, height: 512 } });
  });
});

describe('given a checkpoint whose U-Net may predict noise or velocity', () => {
  const header = headerOf(singleFileFixture('sd2'));
  const open = (name: string, metadata?: Record<string, string>, card?: object) => {
    const file = path.join(root, `${name}.safetensors`);
    writeSparse(file, { ...(metadata && { __metadata__: metadata }), ...header });
    if (card) fs.writeFileSync(path.join(root, `${name}.troupe.json`), JSON.stringify(card));
    return openModel(file);
  };

  it('and nothing tells, then the person is asked', () => {
    const error = refusal(() => open('silent'));
    expect([error.code, error.message]).toEqual(['model-prediction', expect.stringContaining('silent.troupe.json')]);
  });

  it.each([
    ['by its metadata', { 'modelspec.prediction_type': 'v' }, undefined, 'v_prediction'],
    ['by its card', undefined, { prediction: 'epsilon' }, 'epsilon'],
    ['by both, then by its card', { 'modelspec.prediction_type': 'v' }, { prediction: 'epsilon' }, 'epsilon'],
  ])('and it is told %s, then the scheduler knows', (name, metadata, card, prediction) => {
    expect(open(name, metadata, card).scheduler.config).toMatchObject({ prediction_type: prediction });
  });

  it('of SDXL, then the marks of its trainers are read', () => {
    const file = changed(SDXL, (shapes) => {
      shapes.v_pred = [0];
      shapes.ztsnr = [0];
    });
    const marked = { prediction_type: 'v_prediction', rescale_betas_zero_snr: true, timestep_spacing: 'trailing' };
    expect(openModel(file).scheduler.config).toMatchObject(marked);
    expect(openModel(written('plain.safetensors', shapesOf(SDXL))).scheduler.config).toMatchObject({
      prediction_type: 'epsilon',
    });
  });
});

const shapesOf = (header: Header) =>
  Object.fromEntries(Object.entries(header).map(([name, entry]) => [name, (entry as { shape: number[] }).shape]));

describe('given a path that is no checkpoint', () => {
  it.each([
    ['a.ckpt', 'model-pickle', /never opened/],
    ['a.bin', 'model-pickle', /never opened/],
    ['a.pt', 'model-pickle', /never opened/],
    ['a.gguf', 'model-folder', /a file \.gguf/],
    ['a', 'model-folder', /without an extension/],
  ])('%s, then it says so, and does not open it', (name, code, message) => {
    const file = path.join(root, name);
    fs.writeFileSync(file, 'whatever', { mode: 0o000 });
    const error = refusal(() => openModel(file));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });

  it.each([
    [
      'with two checkpoints',
      ['a.safetensors', 'b.safetensors'],
      'model-folder',
      /Give one of them: a\.safetensors, b\.safetensors/,
    ],
    ['of a LoRA', ['adapter_config.json', 'adapter_model.safetensors'], 'model-kind', /a LoRA/],
    ['of one part', ['config.json', 'diffusion_pytorch_model.safetensors'], 'model-folder', /the folder of one part/],
    ['with a pickle', ['model.ckpt'], 'model-pickle', /never opened/],
    ['with nothing', [], 'model-folder', /without model_index\.json/],
  ])('a folder %s, then it says what to give', (name, names, code, message) => {
    const folder = path.join(root, name.replaceAll(' ', '-'));
    fs.mkdirSync(folder);
    for (const each of names) fs.writeFileSync(path.join(folder, each), '');
    const error = refusal(() => openModel(folder));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });

  it('a folder with one checkpoint and a card, then both are read', () => {
    const folder = path.join(root, 'installed');
    fs.mkdirSync(folder);
    writeSparse(path.join(folder, 'v1.safetensors'), headerOf(singleFileFixture('tiny-sd1')));
    fs.writeFileSync(path.join(folder, 'troupe.json'), JSON.stringify({ name: 'mine', steps: 7 }));
    const model = openModel(folder, { families: [tinyFamily('tiny-sd1')] });
    expect(model).toMatchObject({
      path: path.join(folder, 'v1.safetensors'),
      dir: folder,
      card: { name: 'mine', steps: 7 },
    });
  });

  it('a link to a checkpoint elsewhere, then the file itself is used', () => {
    const file = path.join(root, 'real.safetensors');
    writeSparse(file, headerOf(singleFileFixture('tiny-sd1')));
    fs.mkdirSync(path.join(root, 'links'));
    fs.symlinkSync(file, path.join(root, 'links', 'linked.safetensors'));
    const model = openModel(path.join(root, 'links', 'linked.safetensors'), { families: [tinyFamily('tiny-sd1')] });
    expect(model).toMatchObject({ path: file, dir: root, card: { name: 'linked' } });
  });
});
