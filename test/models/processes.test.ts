import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LoopbackHub } from '../support/loopback-hub.ts';
import { filesUnder, type ModelRuns, modelRuns } from '../support/model-runs.ts';
import { pocketRepo } from './pocket-repo.ts';

const REPO = 'someone/tiny-model';
const UNET = 'unet/diffusion_pytorch_model.safetensors';
const SCRIPT = fileURLToPath(new URL('../../scripts/model.ts', import.meta.url));
const files = pocketRepo();

let hub: LoopbackHub;
let runs: ModelRuns;
const children: ChildProcess[] = [];
beforeEach(async () => {
  hub = await LoopbackHub.start({ [REPO]: { files } });
  runs = modelRuns(() => hub.address);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  runs.clean();
  await hub.stop();
});

/** `npm run model -- add` as a process of its own, in a folder of its own. */
function add() {
  const args = ['--import', import.meta.resolve('tsx'), SCRIPT, 'add', REPO];
  const child = spawn(process.execPath, args, {
    cwd: runs.root,
    env: { PATH: process.env.PATH, HF_ENDPOINT: hub.address },
  });
  children.push(child);
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk;
  });
  const ended = new Promise<{ code: number | null; err: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, err })),
  );
  return { child, ended };
}

const part = () => path.join(`${runs.models}/tiny-model.partial`, `${UNET}.part`);
const half = (files[UNET] as Buffer).length >> 1;

async function whenHalfIsThere(): Promise<void> {
  await expect.poll(() => fs.existsSync(part()) && fs.statSync(part()).size, { timeout: 60_000 }).toBe(half);
}

describe('given a process that adds a model', () => {
  it('and is killed in the middle of a file, then another goes on from that byte', async () => {
    hub.stalled.add(UNET);
    const first = add();
    await whenHalfIsThere();
    first.child.kill('SIGKILL');
    await first.ended;
    expect(fs.readdirSync(runs.models)).toEqual(['tiny-model.partial']);
    hub.stalled.clear();
    hub.requests.length = 0;
    expect(await add().ended).toMatchObject({ code: 0 });
    expect(hub.requests[0]).toMatchObject({ path: UNET, from: half });
    expect(filesUnder(path.join(runs.models, 'tiny-model'))[UNET]?.equals(files[UNET] as Buffer)).toBe(true);
    expect(fs.readdirSync(runs.models)).toEqual(['tiny-model']);
  });

  it('and is interrupted, then it ends with 130 and what is there stays', async () => {
    hub.stalled.add(UNET);
    const { child, ended } = add();
    await whenHalfIsThere();
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, err: expect.stringContaining('goes on from here') });
    expect(fs.statSync(part()).size).toBe(half);
  });

  it('and another that does at the same time, then the other is told, and the model comes out whole', async () => {
    hub.stalled.add(UNET);
    const first = add();
    await whenHalfIsThere();
    expect(await add().ended).toMatchObject({ code: 2, err: expect.stringContaining('another process that is at it') });
    first.child.kill('SIGINT');
    await first.ended;
    hub.stalled.clear();
    const both = await Promise.all([add().ended, add().ended]);
    expect(both.map(({ code }) => code).sort()).toEqual([0, 2]);
    expect(filesUnder(path.join(runs.models, 'tiny-model'))[UNET]?.equals(files[UNET] as Buffer)).toBe(true);
  });
});
