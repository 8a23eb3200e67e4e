import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freeSpace } from '../../src/models/disk-space.ts';
import { findModel } from '../../src/models/models-folder.ts';
import { POCKET } from '../support/fixtures.ts';
import { LoopbackHub } from '../support/loopback-hub.ts';
import { filesUnder, type ModelRuns, modelRuns } from '../support/model-runs.ts';
import { headerOf, singleFileFixture, tinyFamily, writeSparse } from '../support/single-files.ts';
import { pocketRepo } from './pocket-repo.ts';

const REPO = 'someone/tiny-model';
const ADD = ['add', REPO];
const files = pocketRepo();

let hub: LoopbackHub;
let runs: ModelRuns;
beforeEach(async () => {
  hub = await LoopbackHub.start({ [REPO]: { files } });
  runs = modelRuns(() => hub.address);
});
afterEach(async () => {
  runs.clean();
  await hub.stop();
});

const folder = (name = 'tiny-model') => path.join(runs.models, name);

describe('given a disk', () => {
  it('without room for the model, then it is refused with the numbers before anything is fetched', async () => {
    const { code, err } = await runs.run(ADD, { free: async () => 400e6 });
    expect([code, err]).toEqual([2, expect.stringMatching(/0\.50 GB to spare.*0\.\d+ GB free/)]);
    expect(hub.requests).toEqual([]);
  });

  it('then its free bytes are known', async () => {
    expect(await freeSpace(runs.root)).toBeGreaterThan(0);
  });

  it.runIf(process.platform === 'linux')(
    'that is full in the middle of a file, then it says so, and goes on when there is room',
    async () => {
      const part = path.join(`${folder()}.partial`, 'unet/config.json.part');
      fs.mkdirSync(path.dirname(part), { recursive: true });
      fs.symlinkSync('/dev/full', part);
      expect(await runs.run(ADD)).toMatchObject({
        code: 2,
        err: expect.stringMatching(/a full disk.*goes on where it stopped/),
      });
      expect(fs.existsSync(folder())).toBe(false);
      fs.rmSync(part);
      expect((await runs.run(ADD)).code).toBe(0);
    },
  );
});

describe('given two that add the same model at once', () => {
  it('then one does it and the other is told', async () => {
    const both = await Promise.all([runs.run(ADD), runs.run(ADD)]);
    expect(both.map(({ code }) => code).sort()).toEqual([0, 2]);
    expect(both.find(({ code }) => code === 2)?.err).toMatch(/another process that is at it/);
    expect(fs.readdirSync(runs.models)).toEqual(['tiny-model']);
  });

  it('of which one died without a word, then the other takes its place', async () => {
    fs.mkdirSync(`${folder()}.partial`, { recursive: true });
    const dead = 4_194_304; // above Linux's largest process id
    fs.writeFileSync(path.join(`${folder()}.partial`, '.lock'), String(dead));
    expect((await runs.run(ADD)).code).toBe(0);
  });

  it('one after the other, then the second is told that it is there', async () => {
    await runs.run(ADD);
    const { code, err } = await runs.run(ADD);
    expect([code, err]).toEqual([2, expect.stringMatching(/no model tiny-model.*one that is there/)]);
  });

  it('under one name from two repositories, then they are not mixed', async () => {
    hub.host('else/tiny-model', { files });
    hub.stalled.add('unet/config.json');
    await runs.run(ADD, { hub: { address: hub.address, patience: 50 } });
    hub.stalled.clear();
    expect(await runs.run(['add', 'else/tiny-model'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('a part of someone/tiny-model'),
    });
  });
});

describe('given a model on this machine', () => {
  it('as a folder of links, as in the cache of Hugging Face, then the files themselves are copied', async () => {
    const source = path.join(runs.root, 'snapshots/c0ffee');
    for (const [name, bytes] of Object.entries(files)) {
      const blob = path.join(runs.root, 'blobs', name.replaceAll('/', '-'));
      fs.mkdirSync(path.dirname(blob), { recursive: true });
      fs.writeFileSync(blob, bytes);
      fs.mkdirSync(path.dirname(path.join(source, name)), { recursive: true });
      fs.symlinkSync(blob, path.join(source, name));
    }
    const { code } = await runs.run(['add', 'mine', '--from', source]);
    expect(code).toBe(0);
    const copied = filesUnder(folder('mine'));
    expect(copied['unet/config.json']?.equals(files['unet/config.json'] as Buffer)).toBe(true);
    expect(Object.keys(copied).filter((name) => /\.(bin|ckpt)$|fp16|single/.test(name))).toEqual([]);
    expect(fs.lstatSync(path.join(folder('mine'), 'unet/config.json')).isSymbolicLink()).toBe(false);
    expect((await runs.run(['verify', 'mine'])).code).toBe(0);
  });

  it('with a link that leads elsewhere, then it is refused, and nothing is copied', async () => {
    const source = path.join(runs.root, 'linked');
    for (const [name, bytes] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(source, name)), { recursive: true });
      fs.writeFileSync(path.join(source, name), bytes);
    }
    const secret = path.join(runs.root, 'secret');
    fs.writeFileSync(secret, 'root:x:0:0');
    fs.rmSync(path.join(source, 'tokenizer/vocab.json'));
    fs.symlinkSync(secret, path.join(source, 'tokenizer/vocab.json'));
    const { code, err } = await runs.run(['add', 'mine', '--from', source]);
    expect(code).toBe(2);
    expect(err).toContain('a symbolic link to');
    expect(err).not.toContain('root:');
    expect(Object.keys(filesUnder(runs.models))).toEqual([]);
  });

  it.each([
    ['of another pipeline', 'model_index.json', () => Buffer.from('{"_class_name": "FluxPipeline"}'), 'FLUX'],
    ['whose words can not be read', 'tokenizer/vocab.json', () => Buffer.from('[]'), 'vocab.json'],
    [
      'whose weights are cut',
      'vae/diffusion_pytorch_model.safetensors',
      (whole: Buffer) => whole.subarray(0, -1),
      'cut short',
    ],
  ])('%s, then it is refused before weights are copied', async (_, name, change, words) => {
    const source = path.join(runs.root, 'refused');
    for (const [each, bytes] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(source, each)), { recursive: true });
      fs.writeFileSync(path.join(source, each), each === name ? change(bytes) : bytes);
    }
    const { code, err } = await runs.run(['add', 'mine', '--from', source]);
    expect(code).toBe(2);
    expect(err).toContain(words);
    expect(err).not.toContain('█');
    expect(err).not.toContain('.partial');
    expect(Object.keys(filesUnder(runs.models))).toEqual([]);
  });

  it('that is none, then nothing is left behind', async () => {
    const { code } = await runs.run(['add', 'mine', '--from', runs.root]);
    expect(code).toBe(2);
    expect(Object.keys(filesUnder(runs.models))).toEqual([]);
  });
});

describe('given a repository with checkpoints in single files', () => {
  /** a real one's header, of which the hub has as many bytes as it takes to read it */
  const checkpoint = (change: (header: Record<string, unknown>) => void = () => {}): Buffer => {
    const file = path.join(runs.root, 'made.safetensors');
    const header = headerOf(singleFileFixture('tiny-sd1'));
    change(header);
    writeSparse(file, header);
    return fs.readFileSync(file);
  };

  it('of another kind, then it is refused by its header, and the rest is not fetched', async () => {
    const lora = checkpoint((header) => {
      const [first] = Object.keys(header) as [string];
      header['lora_unet_down_blocks_0.lora_down.weight'] = header[first];
      delete header[first];
    });
    hub.host(REPO, { files: { 'a.safetensors': lora } });
    const { code, err } = await runs.run(ADD);
    expect([code, err]).toEqual([2, expect.stringMatching(/a LoRA.*--lora/)]);
    expect(hub.requests.every(({ from }) => from <= 8)).toBe(true);
    expect(filesUnder(`${folder()}.partial`)['a.safetensors.part']).toBeUndefined();
  });

  it('and a connection that is cut while its header is read, then it is read again', async () => {
    hub.host(REPO, { files: { 'a.safetensors': checkpoint() } });
    hub.cuts.push(3, 8, 100); // the second is of all 8 bytes of the length
    expect(await runs.run(ADD)).toMatchObject({ code: 2, err: expect.stringContaining('8 channels') });
    expect(runs.waits).toEqual([2000, 2000]);
  });

  it('then it is fetched alone, and copied from there under another name', async () => {
    const file = checkpoint();
    const families = [tinyFamily('tiny-sd1')];
    hub.host(REPO, { files: { 'made/v2.safetensors': file, 'made/v2.ckpt': file, 'README.md': Buffer.from('#') } });
    expect((await runs.run([...ADD, '--file', 'made/v2.safetensors'], { singleFile: { families } })).code).toBe(0);
    expect(Object.keys(filesUnder(folder()))).toEqual(['troupe-receipt.json', 'v2.safetensors']);
    expect(filesUnder(folder())['v2.safetensors']?.equals(file)).toBe(true);
    const from = path.join(folder(), 'v2.safetensors');
    expect((await runs.run(['add', 'copied', '--from', from], { singleFile: { families } })).code).toBe(0);
    expect((await runs.run(['verify', 'copied'])).err).toContain('8 channels'); // sound bytes, of no family that people have
  });

  it('more than one, then the person chooses', async () => {
    hub.host(REPO, { files: { 'a.safetensors': checkpoint(), 'b.safetensors': checkpoint() } });
    const { code, err } = await runs.run(ADD);
    expect([code, err]).toEqual([2, expect.stringMatching(/a\.safetensors.*b\.safetensors.*--file/)]);
    // the tiny one's U-Net is of no family that people have
    expect(await runs.run([...ADD, '--file', 'b.safetensors'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('8 channels'),
    });
    expect((await runs.run([...ADD, '--file', 'c.safetensors'])).code).toBe(2);
  });
});

describe('given installed models', () => {
  beforeEach(async () => {
    await runs.run(ADD);
  });

  it('then they are listed and shown', async () => {
    fs.cpSync(POCKET, folder('pocket'), { recursive: true });
    fs.mkdirSync(folder('broken'));
    const { code, out } = await runs.run(['list']);
    expect(code).toBe(0);
    expect(out).toMatch(/broken +0\.0 kB +can't be used \(model-folder\)/);
    expect(out).toMatch(/pocket +\d+\.\d MB +SDXL, float16, folder/);
    expect(out).toContain(`${hub.address}/${REPO}`);
    expect((await runs.run(['show', 'pocket'])).out).toMatch(
      /draws +128 x 128 pixels, 30 steps, guidance 4\nmemory +about/,
    );
    expect((await runs.run(['show', 'nothing'])).err).toMatch(/broken, pocket, tiny-model/);
  });

  it('then a changed byte and a missing file are found', async () => {
    expect((await runs.run(['verify', 'tiny-model'])).code).toBe(0);
    const file = path.join(folder(), 'unet/diffusion_pytorch_model.safetensors');
    const bytes = fs.readFileSync(file);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
    fs.writeFileSync(file, bytes);
    fs.rmSync(path.join(folder(), 'vae/config.json'));
    const { code, err } = await runs.run(['verify', REPO]);
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(
        /vae\/config\.json \(gone\), unet\/.*\(changed\)|unet\/.*\(changed\), vae\/config\.json \(gone\)|vae\/config.json/,
      ),
    ]);
    expect(err).toContain('(changed)');
  });

  it('then one that Troupe added is removed, and one that it did not is left alone', async () => {
    fs.cpSync(POCKET, folder('pocket'), { recursive: true });
    expect((await runs.run(['remove', 'tiny-model'])).code).toBe(0);
    expect(await runs.run(['remove', 'pocket'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('without a receipt'),
    });
    expect(fs.readdirSync(runs.models)).toEqual(['pocket']);
    for (const name of ['..', '.', 'nothing', '../root']) expect((await runs.run(['remove', name])).code, name).toBe(2);
    expect(fs.existsSync(runs.root)).toBe(true);
  });

  it('then a model is found by its name, with its owner or without, or by a path', () => {
    expect(findModel('tiny-model', runs.models)).toBe(folder());
    expect(findModel(REPO, runs.models)).toBe(folder());
    expect(findModel(POCKET, runs.models)).toBe(POCKET);
    fs.writeFileSync(folder('one.safetensors'), '');
    expect(findModel('one', runs.models)).toBe(folder('one.safetensors'));
    expect(() => findModel('tiny', runs.models)).toThrow(/installed: one\.safetensors, tiny-model/);
  });

  it('half of one, then it is no model, and can be removed', async () => {
    fs.renameSync(folder(), `${folder()}.partial`);
    expect((await runs.run(['list'])).out).toBe('No models. Add one: npm run model -- add owner/name\n');
    expect(() => findModel('tiny-model', runs.models)).toThrow(/nothing of that name/);
    fs.writeFileSync(path.join(`${folder()}.partial`, '.lock'), String(process.pid));
    expect(await runs.run(['remove', 'tiny-model'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('another process'),
    });
    fs.rmSync(path.join(`${folder()}.partial`, '.lock'));
    expect((await runs.run(['remove', 'tiny-model'])).code).toBe(0);
    expect(fs.readdirSync(runs.models)).toEqual([]);
  });
});

describe('given a command line', () => {
  it.each([
    [['fetch', 'a/b'], /add, list, show, verify or remove/],
    [['add'], /a name after "add"/],
    [['add', 'sdxl'], /owner\/name/],
    [['add', 'a/b', 'c'], /one name/],
    [['add', 'a/b', '--variant', 'bf16'], /fp16 or full/],
    [['add', 'a/b', '--from', 'x', '--revision', 'y'], /either --from or --revision/],
    [['add', 'a/b', '--nmae', 'x'], /--help/],
    [['add', 'a/b', '--name', '../x'], /a name of letters|letters, digits/],
    [['add', 'a/..', '--name', '..'], /letters, digits/],
    [['list', '--name', 'x'], /no --name with "list"/],
    [['show'], /a name after "show"/],
  ])('%j, then it says what was wrong', async (args, message) => {
    expect(await runs.run(args)).toMatchObject({ code: 2, err: expect.stringMatching(message) });
    expect(hub.requests).toEqual([]);
  });

  it.each([[[]], [['--help']], [['add', '--help']]])('%j, then it explains itself', async (args) => {
    expect(await runs.run(args)).toMatchObject({ code: 0, out: expect.stringContaining('npm run model -- add') });
  });
});
