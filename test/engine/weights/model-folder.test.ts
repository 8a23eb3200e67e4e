import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openModelFolder } from '../../../src/engine/weights/model-folder.ts';
import { copyOfPocket, editJson, POCKET } from './pocket-copy.ts';

let root: string;
let folder: string;
beforeEach(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-model-')));
  folder = path.join(root, 'copy');
  copyOfPocket(folder);
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const edit = (name: string, change: (value: Record<string, unknown>) => void): void =>
  editJson(path.join(folder, name), change);
const open = () => openModelFolder(folder);
const refused = (code: string) => expect.objectContaining({ code });

describe('given the pocket model', () => {
  it('then its parts, card and weights are there', () => {
    const model = openModelFolder(POCKET);
    expect(model.pipeline).toBe('StableDiffusionXLPipeline');
    expect(model.vae.className).toBe('AutoencoderTiny');
    expect(model.scheduler.className).toBe('DDIMScheduler');
    expect(model.scheduler.config).toMatchObject({ prediction_type: 'v_prediction' });
    expect(model.forceZerosForEmptyPrompt).toBe(false);
    expect(model.card).toMatchObject({ name: 'pocket', guidance: 4, steps: 30, width: 128, height: 128 });
    expect(model.card.vocabulary).toContain('penguin');
    expect(model.unet.weights.get('conv_in.weight')).toMatchObject({ type: 'float16', shape: [48, 4, 3, 3] });
    expect(path.relative(model.dir, model.unet.weights.get('conv_in.weight')?.file ?? '')).toBe(
      path.join('unet', 'diffusion_pytorch_model.safetensors'),
    );
    expect(model.textEncoder2?.weights.has('text_projection.weight')).toBe(true);
  });
});

describe('given a folder that is not a model', () => {
  it.each([
    ['nowhere', () => path.join(root, 'nowhere'), /no such folder/],
    ['an empty folder', () => root, /without model_index\.json/],
  ])('%s, then it says what to give', (_name, where, message) => {
    expect(() => openModelFolder(where())).toThrow(refused('model-folder'));
    expect(() => openModelFolder(where())).toThrow(message);
  });

  it('another pipeline, then it is named', () => {
    edit('model_index.json', (index) => {
      index._class_name = 'FluxPipeline';
    });
    expect(open).toThrow(refused('model-pipeline'));
    expect(open).toThrow('FluxPipeline');
  });
});

describe('given a model with a part that is missing or strange', () => {
  it.each(['unet', 'vae', 'text_encoder_2', 'tokenizer', 'tokenizer_2'])('without %s/, then it is named', (part) => {
    fs.rmSync(path.join(folder, part), { recursive: true });
    expect(open).toThrow(expect.objectContaining({ code: 'model-part', context: expect.objectContaining({ part }) }));
  });

  it.each([
    ['a class that Troupe cannot draw with', ['diffusers', 'SD3Transformer2DModel'], /SD3Transformer2DModel/],
    ['nulls', [null, null], /none in model_index/],
    ['nonsense', 'unet', /none in model_index/],
  ])('with %s as its U-Net, then it is refused', (_name, component, message) => {
    edit('model_index.json', (index) => {
      index.unet = component;
    });
    expect(open).toThrow(refused('model-part'));
    expect(open).toThrow(message);
  });

  it('with a part that nobody knows, then it is not ignored', () => {
    edit('model_index.json', (index) => {
      index.prior = ['diffusers', 'PriorTransformer'];
    });
    expect(open).toThrow(/"prior"/);
  });

  it('with a safety checker and a feature extractor, as SD 1.5 has them, then they do not matter', () => {
    edit('model_index.json', (index) => {
      Object.assign(index, {
        safety_checker: ['stable_diffusion', 'X'],
        feature_extractor: [null, null],
        requires_safety_checker: true,
      });
    });
    expect(open().pipeline).toBe('StableDiffusionXLPipeline');
  });

  it('with a config of another class, then it is refused', () => {
    edit('vae/config.json', (config) => {
      config._class_name = 'AutoencoderKL';
    });
    expect(open).toThrow(/AutoencoderTiny.*AutoencoderKL/);
  });

  it.each(['unet/config.json', 'scheduler/scheduler_config.json', 'model_index.json', 'troupe.json'])(
    'with an unreadable %s, then it is named',
    (name) => {
      fs.writeFileSync(path.join(folder, name), '{"_class_name": ');
      expect(open).toThrow(refused('json-unreadable'));
      expect(open).toThrow(name);
    },
  );

  it('that lies elsewhere behind a link, then it is refused', () => {
    fs.renameSync(path.join(folder, 'vae'), path.join(root, 'vae'));
    fs.symlinkSync(path.join(root, 'vae'), path.join(folder, 'vae'));
    expect(open).toThrow(refused('path-outside-folder'));
  });

  it.each(['model_index.json', 'unet/config.json', 'scheduler/scheduler_config.json', 'troupe.json'])(
    'whose %s lies elsewhere behind a link, then it is refused, and nothing of that file is told',
    (name) => {
      const secret = path.join(root, 'secret.txt');
      fs.writeFileSync(secret, 'root:x:0:0');
      fs.rmSync(path.join(folder, name));
      fs.symlinkSync(secret, path.join(folder, name));
      expect(open).toThrow(refused('path-outside-folder'));
      expect(open).not.toThrow('root:');
    },
  );

  it('of another pipeline, then its name is enough: it has other parts', () => {
    fs.writeFileSync(path.join(folder, 'model_index.json'), JSON.stringify({ _class_name: 'FluxPipeline' }));
    expect(open).toThrow(/FLUX, a transformer and no U-Net/);
  });
});

describe('given a model card', () => {
  it('that is missing, then the size is the one of the U-Net and the rest is as in diffusers', () => {
    fs.rmSync(path.join(folder, 'troupe.json'));
    expect(open().card).toEqual({ name: 'copy', promptPrefix: '', guidance: 5, steps: 50, width: 128, height: 128 });
  });

  it.each([
    ['an unknown field', { guidence: 4 }],
    ['a broken size', { width: 100 }],
    ['no steps', { steps: 0 }],
  ])('with %s, then it is refused', (_name, card) => {
    fs.writeFileSync(path.join(folder, 'troupe.json'), JSON.stringify(card));
    expect(open).toThrow(refused('json-invalid'));
  });
});

describe('given a model of the Stable Diffusion 1.x family', () => {
  it('then it has one text encoder and an empty prompt is encoded as it is', () => {
    for (const part of ['text_encoder_2', 'tokenizer_2']) fs.rmSync(path.join(folder, part), { recursive: true });
    edit('model_index.json', (index) => {
      index._class_name = 'StableDiffusionPipeline';
      for (const name of ['text_encoder_2', 'tokenizer_2', 'force_zeros_for_empty_prompt']) delete index[name];
    });
    const model = open();
    expect([model.textEncoder2, model.tokenizer2, model.forceZerosForEmptyPrompt]).toEqual([
      undefined,
      undefined,
      false,
    ]);
  });

  it('but for SDXL, then zeros are the default, as in diffusers', () => {
    edit('model_index.json', (index) => {
      delete index.force_zeros_for_empty_prompt;
    });
    expect(open().forceZerosForEmptyPrompt).toBe(true);
  });
});
