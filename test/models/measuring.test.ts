import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { measuringKindOf } from '../../src/engine/weights/measuring-kinds.ts';
import { openModel } from '../../src/engine/weights/open-model.ts';
import { findMeasuring } from '../../src/models/find-measuring.ts';
import { openModelShelf } from '../../src/studio/models.ts';
import { fixturePath, POCKET } from '../support/fixtures.ts';
import { LoopbackHub } from '../support/loopback-hub.ts';
import { filesUnder, type ModelRuns, modelRuns } from '../support/model-runs.ts';

const REPO = 'openai/tiny-clip';
const ADD = ['add', REPO];

/** A whole CLIP as its repository has it, with what else lies about there. */
function clipRepo(modelType = 'clip'): Record<string, Buffer> {
  const config = JSON.parse(fs.readFileSync(fixturePath('clip', 'config.json'), 'utf8'));
  return {
    'config.json': Buffer.from(JSON.stringify({ ...config, model_type: modelType })),
    'model.safetensors': fs.readFileSync(fixturePath('clip', 'model.safetensors')),
    ...filesUnder(path.join(POCKET, 'tokenizer')),
    'README.md': Buffer.from('# a CLIP'),
    'pytorch_model.bin': Buffer.from('a pickle'),
    'tf_model.h5': Buffer.from('TensorFlow'),
    'tokenizer.json': Buffer.from('{}'),
    'preprocessor_config.json': Buffer.from('{}'),
    'onnx/model.onnx': Buffer.from('onnx'),
  };
}
const FETCHED = [
  'README.md',
  'config.json',
  'merges.txt',
  'model.safetensors',
  'preprocessor_config.json',
  'special_tokens_map.json',
  'tokenizer_config.json',
  'vocab.json',
];

let hub: LoopbackHub;
let runs: ModelRuns;
const files = clipRepo();
beforeEach(async () => {
  hub = await LoopbackHub.start({ [REPO]: { files, license: 'mit' } });
  runs = modelRuns(() => hub.address);
});
afterEach(async () => {
  runs.clean();
  await hub.stop();
});

const { 'preprocessor_config.json': _, ...clipSegRepo } = clipRepo('clipseg');
const folder = (name = 'tiny-clip') => path.join(runs.models, name);
const without = (name: string) => Object.fromEntries(Object.entries(files).filter(([each]) => each !== name));

describe('given the repository of a CLIP', () => {
  it('then its configuration, tokenizer and weights are fetched, and it is told how to use it', async () => {
    const { code, out } = await runs.run(ADD);
    expect([code, out]).toEqual([0, expect.stringContaining('npm run evaluate -- --clip tiny-clip')]);
    const { 'troupe-receipt.json': receipt, ...fetched } = filesUnder(folder());
    expect(Object.keys(fetched)).toEqual(FETCHED);
    expect(fetched['model.safetensors']?.equals(files['model.safetensors'] as Buffer)).toBe(true);
    expect(JSON.parse(String(receipt))).toMatchObject({ source: `${hub.address}/${REPO}`, license: 'mit' });
  });

  it('then it is listed, shown, verified and removed like others', async () => {
    await runs.run(ADD);
    expect((await runs.run(['list'])).out).toMatch(/^tiny-clip +\d+\.\d kB +measures \(CLIP\), float16 +http/);
    expect((await runs.run(['show', REPO])).out).toMatch(
      /kind +measures \(CLIP\), float16\nmeasures +.*CLIP-I.*\nwith +npm run evaluate -- --clip tiny-clip\nmemory +about \d+\.\d kB\n$/,
    );
    expect((await runs.run(['verify', 'tiny-clip'])).out).toContain('all 8 files');
    fs.appendFileSync(path.join(folder(), 'vocab.json'), ' ');
    expect((await runs.run(['verify', 'tiny-clip'])).err).toContain('vocab.json (of another size)');
    expect((await runs.run(['remove', 'tiny-clip'])).code).toBe(0);
    expect(fs.readdirSync(runs.models)).toEqual([]);
  });

  it('then a folder with it is copied', async () => {
    const source = path.join(runs.root, 'mine');
    for (const [name, bytes] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(source, name)), { recursive: true });
      fs.writeFileSync(path.join(source, name), bytes);
    }
    const { code, out } = await runs.run(['add', 'copied', '--from', source]);
    expect([code, out]).toEqual([0, expect.stringContaining('--clip copied')]);
    expect(Object.keys(filesUnder(folder('copied')))).toEqual([...FETCHED, 'troupe-receipt.json'].sort());
    fs.rmSync(path.join(source, 'model.safetensors'));
    expect(await runs.run(['add', 'half', '--from', source])).toMatchObject({
      code: 2,
      err: expect.stringContaining('only pytorch_model.bin'),
    });
  });

  it('with weights in half precision only, or in shards, then those are fetched', async () => {
    const weights = files['model.safetensors'] as Buffer;
    const shard = 'model-00001-of-00001.safetensors';
    const names = Object.keys(JSON.parse(String(weights.subarray(8, 8 + Number(weights.readBigUInt64LE(0))))));
    const map = Object.fromEntries(names.filter((name) => name !== '__metadata__').map((name) => [name, shard]));
    const index = Buffer.from(JSON.stringify({ weight_map: map }));
    hub.host('a/half', { files: { ...without('model.safetensors'), 'model.fp16.safetensors': weights } });
    hub.host('a/shards', {
      files: { ...without('model.safetensors'), 'model.safetensors.index.json': index, [shard]: weights },
    });
    for (const repo of ['a/half', 'a/shards']) expect(await runs.run(['add', repo])).toMatchObject({ code: 0 });
    expect((await runs.run(['list'])).out.match(/measures \(CLIP\)/g)).toHaveLength(2);
  });
});

describe('given a DreamSim that its script wrote', () => {
  it('then it is added from there, and says what it is for', async () => {
    const { code, out } = await runs.run(['add', 'seen', '--from', fixturePath('dreamsim')]);
    expect([code, out]).toEqual([0, expect.stringContaining('npm run evaluate -- --dreamsim seen')]);
    expect(Object.keys(filesUnder(folder('seen')))).toEqual([
      'config.json',
      'model.safetensors',
      'troupe-receipt.json',
    ]);
    expect((await runs.run(['list'])).out).toMatch(/measures \(DreamSim\), float32/);
  });
});

describe('given a repository of something else', () => {
  it.each([
    ['a text model', clipRepo('bert'), /draws.*or one that measures \(CLIP, CLIPSeg.*the type "bert"/],
    ['half a CLIP', clipRepo('clip_vision_model'), /the type "clip_vision_model"/],
    ['a CLIP without its vocabulary', without('vocab.json'), /vocab\.json/],
    ['a CLIPSeg that does not say how to prepare pictures', clipSegRepo, /preprocessor_config\.json/],
    ['a CLIP as a pickle', without('model.safetensors'), /only pytorch_model\.bin.*never fetched/],
  ])('%s, then it is refused before weights are fetched', async (_, others, message) => {
    hub.host(REPO, { files: others });
    expect(await runs.run(ADD)).toMatchObject({ code: 2, err: expect.stringMatching(message) });
    expect(hub.requests.filter(({ path: at }) => /safetensors|\.bin/.test(at))).toEqual([]);
    expect(fs.readdirSync(runs.models)).toEqual([]);
  });
});

describe('given a model that measures', () => {
  beforeEach(async () => {
    await runs.run(ADD);
  });

  it('then nobody draws with it, and it is said what it is for', async () => {
    expect(() => openModel(folder())).toThrow(
      /text-to-image model.*a CLIP, which measures.*evaluate -- --clip tiny-clip/,
    );
    const preview = await runs.run(['add', 'someone/taesd', '--preview-of', 'tiny-clip']);
    expect([preview.code, preview.err]).toEqual([2, expect.stringContaining('measures pictures and draws none')]);
  });

  it('then the bot offers it to nobody, and does not start with it', () => {
    fs.cpSync(POCKET, folder('pocket'), { recursive: true });
    const parts = { installed: runs.models, hashOf: async () => '' };
    const shelf = openModelShelf({ configured: ['pocket'], ...parts });
    expect(shelf.list().map(({ name }) => name)).toEqual(['pocket']);
    expect(() => shelf.get('tiny-clip')).toThrow(/one of the models pocket/);
    expect(() => openModelShelf({ configured: ['tiny-clip'], ...parts })).toThrow(/measures pictures and draws none/);
  });

  it('then it is found by its name, or because it is the only one of its kind', () => {
    const notices: string[] = [];
    const find = (kind: 'CLIP' | 'CLIPSeg', named?: string) =>
      findMeasuring(kind, named, (text) => notices.push(text), runs.models);
    expect(find('CLIP')).toMatchObject({ name: 'tiny-clip', onlyOne: true, folder: folder() });
    expect(find('CLIP', REPO)).toMatchObject({ onlyOne: false, folder: folder() });
    expect(find('CLIP', 'none')).toBeUndefined();
    expect(find('CLIPSeg')).toBeUndefined();
    expect(() => find('CLIPSeg', 'tiny-clip')).toThrow(/"model_type": "clipseg".*a CLIP/);
    expect(() => find('CLIP', POCKET)).toThrow(/another folder/);
    expect(() => find('CLIP', 'nothing')).toThrow(/nothing of that name/);
    expect(notices).toEqual([]);
    fs.cpSync(folder(), folder('twin'), { recursive: true });
    expect(find('CLIP')).toBeUndefined();
    expect(notices).toEqual([expect.stringMatching(/^tiny-clip, twin: several/)]);
  });

  it('whose configuration is damaged, or a whole model that draws, then it is of no kind', () => {
    fs.writeFileSync(path.join(folder(), 'config.json'), '{');
    expect(measuringKindOf(folder())).toBeUndefined();
    expect(measuringKindOf(runs.root)).toBeUndefined();
    fs.cpSync(POCKET, folder('pocket'), { recursive: true });
    fs.writeFileSync(path.join(folder('pocket'), 'config.json'), '{"model_type": "clip"}');
    expect(measuringKindOf(folder('pocket'))).toBeUndefined();
  });
});
