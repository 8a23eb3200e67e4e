import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openModel } from '../../src/engine/weights/open-model.ts';
import { LoopbackHub } from '../support/loopback-hub.ts';
import { filesUnder, type ModelRuns, modelRuns } from '../support/model-runs.ts';
import { pocketRepo } from './pocket-repo.ts';

const REPO = 'someone/tiny-model';
const ADD = ['add', REPO];
const UNET = 'unet/diffusion_pytorch_model.safetensors';
const RECEIPT = 'troupe-receipt.json';

const files = pocketRepo();
/** What of the repository Troupe reads, in full precision. */
const wanted = Object.keys(files)
  .filter((name) => !/\.(bin|ckpt|msgpack|xml)$|fp16|single|gitattributes/.test(name))
  .sort();

let hub: LoopbackHub;
let runs: ModelRuns;
beforeEach(async () => {
  hub = await LoopbackHub.start({ [REPO]: { files, license: 'openrail++' } });
  runs = modelRuns(() => hub.address);
});
afterEach(async () => {
  runs.clean();
  await hub.stop();
});

const folder = () => path.join(runs.models, 'tiny-model');
const partial = () => `${folder()}.partial`;

describe('given a repository in diffusers layout', () => {
  it('then what Troupe reads is fetched, byte for byte, and nothing else', async () => {
    const { code, out, err } = await runs.run(ADD);
    expect([code, err]).toEqual([0, expect.stringContaining('licence openrail++')]);
    const { [RECEIPT]: receipt, ...fetched } = filesUnder(folder());
    expect(Object.keys(fetched).sort()).toEqual(wanted);
    for (const name of wanted) expect(fetched[name]?.equals(files[name] as Buffer), name).toBe(true);
    expect(JSON.parse(String(receipt))).toMatchObject({ source: `${hub.address}/${REPO}`, commit: hub.commit });
    expect(out).toContain('--model tiny-model');
    expect(openModel(folder()).card.name).toBe('pocket');
    expect(fs.readdirSync(runs.models)).toEqual(['tiny-model']);
    // one line for each file in a log
    expect(err.match(/^ ?\d+\/\d+ .*$/gm)).toHaveLength(wanted.length);
  });

  it('in half precision, then those weights are fetched', async () => {
    await runs.run([...ADD, '--variant', 'fp16']);
    const names = Object.keys(filesUnder(folder())).filter((name) => name.endsWith('.safetensors'));
    expect(names).toHaveLength(4);
    expect(names.every((name) => name.includes('.fp16.'))).toBe(true);
    expect(openModel(folder()).unet.weights.size).toBe(1);
  });

  it('for a GPU, then half precision is what is fetched unless told otherwise', async () => {
    await runs.run([...ADD, '--name', 'gpu'], { provider: 'cuda' });
    expect(Object.keys(filesUnder(path.join(runs.models, 'gpu')))).toContain(
      'unet/diffusion_pytorch_model.fp16.safetensors',
    );
  });

  it('with one part in full precision only, then that is fetched and said', async () => {
    const { 'vae/diffusion_pytorch_model.fp16.safetensors': _, ...fewer } = files;
    hub.host(REPO, { files: fewer });
    const { code, err } = await runs.run([...ADD, '--variant', 'fp16']);
    expect([code, err]).toEqual([0, expect.stringContaining('vae: only in full precision')]);
    expect(filesUnder(folder())).toHaveProperty('vae/diffusion_pytorch_model.safetensors');
  });

  it('with weights in shards, then index and shards are fetched', async () => {
    const { [UNET]: weights, ...rest } = files;
    const stem = 'unet/diffusion_pytorch_model';
    const shard = 'diffusion_pytorch_model-00001-of-00001.safetensors';
    const index = Buffer.from(JSON.stringify({ weight_map: { w: shard } }));
    hub.host(REPO, {
      files: { ...rest, [`${stem}.safetensors.index.json`]: index, [`unet/${shard}`]: weights as Buffer },
    });
    expect((await runs.run(ADD)).code).toBe(0);
    expect(openModel(folder()).unet.weights.get('w')?.file).toContain(shard);
  });

  it('then the token goes to the hub and never to where the files lie', async () => {
    hub.host(REPO, { files, access: { token: 'hf_right' } });
    expect((await runs.run([...ADD, '--token', 'hf_right'])).code).toBe(0);
    const large = hub.requests.filter((request) => request.path.endsWith('.safetensors'));
    expect(large).toHaveLength(4);
    expect(large.map(({ authorization }) => authorization)).toEqual(Array(4).fill(undefined));
  });
});

describe('given a connection that is cut', () => {
  it('at any bytes, then every file goes on where it stopped and comes out whole', async () => {
    const cut = fc.array(fc.nat(45_000), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(cut, async (cuts) => {
        fs.rmSync(folder(), { recursive: true, force: true });
        hub.requests.length = 0;
        hub.cuts.push(...cuts);
        const { code } = await runs.run(ADD);
        hub.cuts.length = 0;
        expect(code).toBe(0);
        const fetched = filesUnder(folder());
        for (const name of wanted) expect(fetched[name]?.equals(files[name] as Buffer), name).toBe(true);
        // no byte that had come was asked for again: what follows a cut begins where it ended
        const starts = hub.requests.filter(({ path: name }) => name === UNET).map(({ from }) => from);
        expect(starts).toEqual([...starts].sort((a, b) => a - b));
      }),
      { numRuns: 25, seed: 2402 },
    );
  });

  it('when the person interrupts, then the next run fetches only what is missing', async () => {
    const abort = new AbortController();
    hub.stalled.add(UNET); // half of it comes, and then nothing
    const interrupted = runs.run(ADD, { interrupted: abort.signal });
    await expect
      .poll(
        () =>
          fs.existsSync(path.join(partial(), `${UNET}.part`)) && fs.statSync(path.join(partial(), `${UNET}.part`)).size,
        { timeout: 60_000 },
      )
      .toBe((files[UNET] as Buffer).length >> 1);
    abort.abort(new Error('interrupted'));
    expect((await interrupted).code).toBe(130);
    expect(fs.existsSync(folder())).toBe(false);
    hub.stalled.clear();
    hub.requests.length = 0;
    expect((await runs.run(ADD)).code).toBe(0);
    expect(hub.requests[0]).toMatchObject({ path: UNET, from: (files[UNET] as Buffer).length >> 1 });
    expect(hub.requests.map((request) => request.path)).not.toContain('unet/config.json');
    expect(filesUnder(folder())[UNET]?.equals(files[UNET] as Buffer)).toBe(true);
  });

  it('and another choice after it, then nothing of the first is left', async () => {
    hub.stalled.add('vae/diffusion_pytorch_model.safetensors');
    await runs.run(ADD, { hub: { address: hub.address, patience: 50 } });
    expect(filesUnder(partial())).toHaveProperty(UNET);
    expect((await runs.run([...ADD, '--variant', 'fp16'])).code).toBe(0);
    const weights = Object.keys(filesUnder(folder())).filter((name) => /safetensors/.test(name));
    expect(weights.filter((name) => !name.includes('fp16'))).toEqual([]);
  });

  it('and never comes back, then it says so after some attempts, and keeps what there is', async () => {
    hub.stalled.add(UNET);
    const { code, err } = await runs.run(ADD, { hub: { address: hub.address, patience: 50 } });
    expect([code, err]).toEqual([2, expect.stringMatching(/attempts without a byte.*goes on where it stopped/)]);
    expect(runs.waits.length).toBeGreaterThan(3);
    expect(fs.existsSync(folder())).toBe(false);
    expect(Object.keys(filesUnder(partial()))).toContain('unet/config.json');
    expect(fs.existsSync(path.join(partial(), '.lock'))).toBe(false);
  });
});

describe('given a hub that errs', () => {
  it('with a server error now and then, then it tries again, waiting longer each time', async () => {
    hub.failures.push(500, 503, 429);
    const { code, err } = await runs.run(ADD);
    expect([code, err]).toEqual([0, expect.stringContaining('trying again')]);
    expect(runs.waits).toEqual([2000, 4000, 8000]);
  });

  it('whose address is none, then it says so at once', async () => {
    for (const address of ['huggingface.co', 'ftp://x', 'https://']) {
      expect(await runs.run(ADD, { hub: { address } })).toMatchObject({
        code: 2,
        err: expect.stringContaining('HF_ENDPOINT'),
      });
    }
    expect(runs.waits).toEqual([]);
  });

  it('with server errors only, then it gives up and says what to check', async () => {
    hub.failures.push(...Array<number>(100).fill(502));
    expect(await runs.run(ADD)).toMatchObject({ code: 2, err: expect.stringContaining('HF_ENDPOINT') });
  });

  it('that is not there, then it gives up and says why', async () => {
    const { code, err } = await runs.run(ADD, { hub: { address: 'http://127.0.0.1:9' } });
    expect([code, err]).toEqual([2, expect.stringMatching(/an answer about someone\/tiny-model.*fetch failed/)]);
  });

  it('with a damaged file, then the file is deleted, the others stay and another run mends it', async () => {
    hub.damaged.add(UNET);
    const { code, err } = await runs.run(ADD);
    expect([code, err]).toEqual([2, expect.stringContaining('damaged on its way')]);
    expect(fs.existsSync(folder())).toBe(false);
    expect(Object.keys(filesUnder(partial())).filter((name) => name.startsWith('unet'))).toEqual(['unet/config.json']);
    hub.damaged.clear();
    expect((await runs.run(ADD)).code).toBe(0);
  });

  it('with a damaged small file, then its checksum of git shows it', async () => {
    hub.damaged.add('scheduler/scheduler_config.json');
    expect(await runs.run(ADD)).toMatchObject({ code: 2, err: expect.stringContaining('git-blob') });
  });

  it('that does not know ranges, then nothing is appended that does not belong there', async () => {
    hub.stalled.add(UNET);
    await runs.run(ADD, { hub: { address: hub.address, patience: 50 } });
    hub.stalled.clear();
    hub.ignoresRanges = true;
    expect(await runs.run(ADD)).toMatchObject({ code: 2, err: expect.stringContaining('does not know ranges') });
    hub.ignoresRanges = false;
    expect((await runs.run(ADD)).code).toBe(0);
    for (const name of wanted) expect(filesUnder(folder())[name]?.equals(files[name] as Buffer), name).toBe(true);
  });

  it('with another commit than the last time, then what is the same is kept and the rest fetched anew', async () => {
    hub.stalled.add('vae/diffusion_pytorch_model.safetensors');
    await runs.run(ADD, { hub: { address: hub.address, patience: 50 } });
    hub.stalled.clear();
    const vae = files['unet/diffusion_pytorch_model.fp16.safetensors'] as Buffer;
    const changed = { ...files, 'vae/diffusion_pytorch_model.safetensors': vae };
    hub.host(REPO, { files: changed });
    hub.commit = 'd00d000000000000000000000000000000000000';
    hub.requests.length = 0;
    const { code, err } = await runs.run(ADD);
    expect([code, err]).toEqual([0, expect.stringContaining('has changed')]);
    expect(filesUnder(folder())['vae/diffusion_pytorch_model.safetensors']?.equals(vae)).toBe(true);
    expect(hub.requests.map((request) => request.path)).not.toContain(UNET);
  });
});

describe('given a model that this person may not have', () => {
  it.each([
    ['that does not exist', 'someone/nothing', undefined, [], /Check the spelling.*HF_TOKEN/],
    ['that does not exist, with a token', 'someone/nothing', undefined, ['--token', 'hf_x'], /no such model/],
    ['at a revision that does not exist', REPO, { files }, ['--revision', 'v9'], /at revision "v9".*no such revision/],
    ['that is private', REPO, { files, access: { token: 'hf_right' } }, [], /private or asks for consent.*HF_TOKEN/],
    [
      'that is private, with a wrong token',
      REPO,
      { files, access: { token: 'hf_right' } },
      ['--token', 'hf_wrong'],
      /does not know the token/,
    ],
    [
      'whose licence waits to be accepted',
      REPO,
      { files, access: 'licence' },
      ['--token', 'hf_x'],
      /accept the licence there/,
    ],
    ['whose files wait for consent', REPO, { files, access: 'consent' }, [], /asks for consent.*HF_TOKEN/],
    [
      'whose files wait for consent, with a token',
      REPO,
      { files, access: 'consent' },
      ['--token', 'hf_x'],
      /accept the licence there/,
    ],
    ['with something that is no token', REPO, { files }, ['--token', 'abc'], /begins with hf_/],
  ] as const)('%s, then it says what to do', async (_name, repo, hosted, more, message) => {
    if (hosted) hub.host(repo, hosted);
    const { code, err } = await runs.run(['add', repo, ...more]);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
    expect(hub.requests).toEqual([]);
    expect(fs.existsSync(runs.models) ? fs.readdirSync(runs.models) : []).toEqual([]);
  });
});

describe('given a model that Troupe cannot draw with', () => {
  const edited = (name: string, change: (value: Record<string, unknown>) => void) => {
    const value: Record<string, unknown> = JSON.parse(String(files[name]));
    change(value);
    return { ...files, [name]: Buffer.from(JSON.stringify(value)) };
  };
  it.each([
    [
      'FLUX',
      edited('model_index.json', (index) => (index._class_name = 'FluxPipeline')),
      /FluxPipeline, which is FLUX/,
    ],
    [
      'Stable Diffusion 3',
      edited('model_index.json', (index) => (index._class_name = 'StableDiffusion3Pipeline')),
      /Stable Diffusion 3/,
    ],
    [
      'the refiner',
      edited('model_index.json', (index) => (index._class_name = 'StableDiffusionXLImg2ImgPipeline')),
      /refiner/,
    ],
    [
      'an inpainting U-Net',
      edited('unet/config.json', (config) => (config.in_channels = 9)),
      /inpainting U-Net.*9 channels/,
    ],
    ['an unknown U-Net', edited('unet/config.json', (config) => (config.act_fn = 'gelu')), /act_fn/],
  ])('%s, then it is refused before its weights are fetched', async (_name, changed, message) => {
    hub.host(REPO, { files: changed });
    const { code, err } = await runs.run(ADD);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
    expect(hub.requests.filter(({ path: name }) => name.endsWith('.safetensors'))).toEqual([]);
    expect(fs.readdirSync(runs.models)).toEqual([]);
  });

  it('with pickles only, then they are never fetched', async () => {
    const pickled = Object.fromEntries(Object.entries(files).filter(([name]) => !/^unet.*safetensors$/.test(name)));
    hub.host(REPO, { files: pickled });
    const { code, err } = await runs.run(ADD);
    expect([code, err]).toEqual([2, expect.stringMatching(/only unet\/diffusion_pytorch_model\.bin.*never fetched/)]);
    expect(hub.requests).toEqual([]);
  });
});
