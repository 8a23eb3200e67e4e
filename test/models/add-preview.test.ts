import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openModel } from '../../src/engine/weights/open-model.ts';
import { fixturePath, POCKET } from '../support/fixtures.ts';
import { LoopbackHub } from '../support/loopback-hub.ts';
import { filesUnder, type ModelRuns, modelRuns } from '../support/model-runs.ts';

const REPO = 'someone/taesd';
const ADD = ['add', REPO, '--preview-of', 'pocket'];

const filesOf = (folder: string) => ({ ...filesUnder(folder), 'taesd_decoder.pth': Buffer.from('a pickle') });

let hub: LoopbackHub;
let runs: ModelRuns;
beforeEach(async () => {
  hub = await LoopbackHub.start({ [REPO]: { files: filesOf(path.join(POCKET, 'vae')), license: 'mit' } });
  runs = modelRuns(() => hub.address);
  fs.mkdirSync(runs.models);
  fs.cpSync(POCKET, path.join(runs.models, 'pocket'), { recursive: true });
});
afterEach(async () => {
  runs.clean();
  await hub.stop();
});

const model = () => path.join(runs.models, 'pocket');
const taesd = () => path.join(model(), 'taesd');

describe('given the repository of a tiny autoencoder', () => {
  it('then its two files come into the model, which is the same model otherwise', async () => {
    const { code, out } = await runs.run(ADD);
    expect(code).toBe(0);
    expect(out).toContain(taesd());
    const { 'troupe-receipt.json': receipt, ...fetched } = filesUnder(taesd());
    expect(fetched).toEqual(filesUnder(path.join(POCKET, 'vae')));
    expect(JSON.parse(String(receipt))).toMatchObject({ source: `${hub.address}/${REPO}`, license: 'mit' });
    const { preview, vae } = openModel(model());
    expect(preview?.weights.size).toBe(vae.weights.size);
    expect((await runs.run(['show', 'pocket'])).code).toBe(0);
  });

  it('then a copy of the model has it too', async () => {
    await runs.run(ADD);
    expect((await runs.run(['add', 'twin', '--from', model()])).code).toBe(0);
    expect(openModel(path.join(runs.models, 'twin')).preview).toBeDefined();
  });

  it('a second time, then it is said that it is there', async () => {
    await runs.run(ADD);
    const { code, err } = await runs.run(ADD);
    expect([code, err]).toEqual([2, expect.stringContaining('one that is there')]);
  });

  it('then a broken connection is mended on the way', async () => {
    hub.cuts.push(1000, 50_000);
    expect((await runs.run(ADD)).code).toBe(0);
    expect(openModel(model()).preview).toBeDefined();
  });

  it('whose weights are damaged, then nothing is left of it', async () => {
    hub.damaged.add('diffusion_pytorch_model.safetensors');
    const { code, err } = await runs.run(ADD);
    expect([code, err]).toEqual([2, expect.stringContaining('sha256')]);
    expect(fs.readdirSync(model()).filter((name) => name.startsWith('taesd'))).toEqual([]);
  });
});

describe('given something that is no preview decoder of the model', () => {
  it.each([
    ['a large autoencoder', fixturePath('autoencoders', 'kl'), 'AutoencoderKL'],
    ['one of other latents', fixturePath('autoencoders', 'tiny-other'), '3 channels'],
  ])('%s, then it is refused before its weights are fetched', async (_, folder, got) => {
    hub.host(REPO, { files: filesOf(folder) });
    const { code, err } = await runs.run(ADD);
    expect([code, err]).toEqual([2, expect.stringContaining(got)]);
    expect(hub.requests.filter(({ path: at }) => at.endsWith('.safetensors'))).toEqual([]);
    expect(fs.existsSync(`${taesd()}.partial`)).toBe(false);
  });

  it('a repository without one, then what is missing is told', async () => {
    hub.host(REPO, { files: { 'README.md': Buffer.from('nothing') } });
    const { code, err } = await runs.run(ADD);
    expect([code, err]).toEqual([2, expect.stringContaining('no config.json')]);
  });

  it('for a model that is not there, then that is told', async () => {
    const other = await runs.run(['add', REPO, '--preview-of', 'nobody']);
    expect([other.code, other.err]).toEqual([2, expect.stringContaining('"nobody"')]);
  });

  it.each(['--from', '--name', '--file'])('with %s, then that makes no sense', async (option) => {
    const { code, err } = await runs.run([...ADD, option, 'x']);
    expect([code, err]).toEqual([2, expect.stringContaining('--preview-of')]);
  });
});
