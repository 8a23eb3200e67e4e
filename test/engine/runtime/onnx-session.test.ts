import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toFloat16Bits } from '../../../src/engine/graph/element-type.ts';
import { Graph } from '../../../src/engine/graph/graph.ts';
import { listProviders, OnnxSession, type OnnxSessionOptions } from '../../../src/engine/runtime/onnx-session.ts';
import { float32Tensor, int64Tensor } from '../../../src/engine/runtime/tensor-value.ts';
import { encodeSafetensors, readSafetensorsHeader } from '../../../src/engine/weights/safetensors.ts';

let folder: string;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-session-'));
  const table = { type: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) } as const;
  fs.writeFileSync(path.join(folder, 'model.safetensors'), encodeSafetensors({ table }));
});

afterAll(() => fs.rmSync(folder, { recursive: true }));

const options = (more: Partial<OnnxSessionOptions> = {}): OnnxSessionOptions => ({
  weightsFolder: folder,
  providers: ['cpu'],
  threads: 1,
  ...more,
});

/** y = x tableᵀ, and the rows of the table that `rows` names; the table lies in a file. */
function tableGraph(): Uint8Array {
  const weights = readSafetensorsHeader(path.join(folder, 'model.safetensors'));
  const g = new Graph({ compute: 'float32', weights, root: folder });
  const table = g.weight('table');
  g.output('y', g.gemm(g.input('x', 'float32', ['count', 3]), table));
  g.output('taken', g.gather(table, g.input('rows', 'int64', ['picks'])));
  return g.encode();
}

const FEEDS = { x: float32Tensor(Float32Array.of(1, 0, -1), [1, 3]), rows: int64Tensor([1]) };

async function withSession<T>(
  more: Partial<OnnxSessionOptions>,
  use: (session: OnnxSession) => Promise<T>,
): Promise<T> {
  const session = await OnnxSession.create(tableGraph(), options(more));
  try {
    return await use(session);
  } finally {
    await session.release();
  }
}

describe('given inputs that a session always gets', () => {
  it('then its runs have them, those of the session that it was made from do not, and a feed of a run comes first', async () => {
    await withSession({}, async (session) => {
      const feeding = session.feeding({ rows: int64Tensor([0]) });
      const taken = async (feeds: typeof FEEDS | { x: typeof FEEDS.x }) => (await feeding.run(feeds, ['taken'])).taken;
      expect((await taken({ x: FEEDS.x }))?.data).toEqual(Float32Array.of(1, 2, 3));
      expect((await taken(FEEDS))?.data).toEqual(Float32Array.of(4, 5, 6));
      await expect(session.run({ x: FEEDS.x }, ['taken'])).rejects.toThrow(/rows/u);
    });
  });
});

describe('given a graph whose weights lie in a file', () => {
  it.each([
    ['copied', {}],
    ['memory-mapped', { mapWeights: true }],
    ['without an arena', { cpuArena: false }],
  ])('then it runs with the weights %s', async (_, more) => {
    const got = await withSession(more, (session) => session.run(FEEDS, ['y', 'taken']));
    expect(got).toEqual({
      y: float32Tensor(Float32Array.of(-2, -2), [1, 2]),
      taken: float32Tensor(Float32Array.of(4, 5, 6), [1, 3]),
    });
  });

  it('then only the outputs that are asked for come back', async () => {
    const got = await withSession({}, (session) => session.run(FEEDS, ['taken']));
    expect(Object.keys(got)).toEqual(['taken']);
  });

  it('then its inputs and outputs are known by name', async () => {
    await withSession({}, async ({ inputNames, outputNames }) => {
      expect(inputNames).toEqual(['x', 'rows']);
      expect(outputNames).toEqual(['y', 'taken']);
    });
  });

  it('then a folder without the file is an error that names it', async () => {
    const elsewhere = path.join(folder, 'elsewhere');
    fs.mkdirSync(elsewhere);
    await expect(OnnxSession.create(tableGraph(), options({ weightsFolder: elsewhere }))).rejects.toThrow(/elsewhere/);
  });
});

describe('given wrong inputs', () => {
  it('then data that do not fill their shape are refused before onnxruntime reads beyond them', async () => {
    const short = { ...FEEDS, x: float32Tensor(Float32Array.of(1, 0), [1, 3]) };
    await expect(withSession({}, (session) => session.run(short, ['y']))).rejects.toThrow(/x: 2 elements.*\[1, 3\]/);
  });

  it('then a missing input is named', async () => {
    await expect(withSession({}, (session) => session.run({ x: FEEDS.x }, ['y']))).rejects.toThrow(/rows/);
  });

  it('then an unknown output is named', async () => {
    await expect(withSession({}, (session) => session.run(FEEDS, ['z']))).rejects.toThrow(/z/);
  });
});

describe('given a graph in half precision', () => {
  it('then its values go in and come out as bits', async () => {
    const g = new Graph({ compute: 'float16' });
    g.output('y', g.mul(g.input('x', 'float16', ['count']), g.scalar(0.5)));
    const session = await OnnxSession.create(g.encode(), options());
    const data = Uint16Array.of(toFloat16Bits(3), toFloat16Bits(-0.25));
    const { y } = await session.run({ x: { type: 'float16', shape: [2], data } }, ['y']);
    await session.release();
    const halved = Uint16Array.of(toFloat16Bits(1.5), toFloat16Bits(-0.125));
    expect(y).toEqual({ type: 'float16', shape: [2], data: halved });
  });
});

describe('given a profile prefix', () => {
  it('then a release writes the profile', async () => {
    await withSession({ profile: path.join(folder, 'profile') }, (session) => session.run(FEEDS, ['y']));
    const written = fs.readdirSync(folder).find((name) => name.startsWith('profile')) ?? '';
    const events = JSON.parse(fs.readFileSync(path.join(folder, written), 'utf8')) as { name: string }[];
    expect(events.some(({ name }) => name.includes('Gemm'))).toBe(true);
  });
});

describe('given providers', () => {
  it('then cpu is always among them', () => {
    expect(listProviders()).toContain('cpu');
  });

  it('then one that this build lacks is an error that names it', async () => {
    await expect(OnnxSession.create(tableGraph(), options({ providers: ['abacus'] }))).rejects.toThrow(/abacus/);
  });
});

describe('given bytes that are no model', () => {
  it('then creation fails', async () => {
    await expect(OnnxSession.create(new Uint8Array(16), options())).rejects.toThrow();
  });
});
