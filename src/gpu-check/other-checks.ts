import os from 'node:os';
import path from 'node:path';
import { buildKlDecoder, buildKlEncoder } from '../engine/graph/autoencoder-kl.ts';
import { buildTinyDecoder, buildTinyEncoder } from '../engine/graph/autoencoder-tiny.ts';
import { eosIndex } from '../engine/graph/clip-text-config.ts';
import { buildClipTextEncoder } from '../engine/graph/clip-text-encoder.ts';
import { buildCorrespondence } from '../engine/graph/correspondence.ts';
import { int64Tensor, type TensorValue } from '../engine/runtime/tensor-value.ts';
import { type Bench, type Check, compare, runOn } from './check.ts';
import { fixturePath, POCKET, readFixture, readModelPart, tensorOf } from './oracle-fixtures.ts';

/** The parts that the engine always runs in single precision: they are small, or overflow in half. */

export const TEXT_ENCODERS: readonly Check[] = [
  ['clip-l', fixturePath('text-encoders', 'clip-l')],
  ['open-clip-g', fixturePath('text-encoders', 'open-clip-g')],
  ['pocket-text_encoder', path.join(POCKET, 'text_encoder')],
  ['pocket-text_encoder_2', path.join(POCKET, 'text_encoder_2')],
].map(([name = '', folder = '']) => ({
  name: `text encoder ${name}`,
  inHalf: false,
  run: async (bench) => {
    const expected = readFixture('text-encoders', name, 'expected.safetensors');
    const source = readModelPart(folder, 'model');
    const graph = buildClipTextEncoder({ ...source, compute: 'float32', hiddenState: 'penultimate', pooled: true });
    const ids = tensorOf(expected, 'input_ids');
    const feeds = { input_ids: ids, eos_index: int64Tensor(rowsOf(ids).map((row) => eosIndex(row, graph.eosTokenId))) };
    const got = await runOn(bench, graph, folder, feeds);
    const pooled = expected.text_embeds ? 'text_embeds' : 'pooled';
    return [
      compare('states', got.hidden_states, tensorOf(expected, 'penultimate'), bench),
      compare('pooled', got[pooled], tensorOf(expected, pooled), bench),
    ];
  },
}));

function rowsOf({ shape, data }: TensorValue): number[][] {
  const [rows = 0, columns = 0] = shape;
  return Array.from({ length: rows }, (_, r) => Array.from(data.slice(r * columns, (r + 1) * columns), Number));
}

export const AUTOENCODERS: readonly Check[] = ['kl', 'tiny', 'pocket'].map((name) => ({
  name: `autoencoder ${name}`,
  inHalf: false,
  run: async (bench) => {
    const folder = name === 'pocket' ? path.join(POCKET, 'vae') : fixturePath('autoencoders', name);
    const expected = readFixture('autoencoders', name, 'expected.safetensors');
    const source = readModelPart(folder, 'diffusion_pytorch_model');
    const [latents, picture] = [tensorOf(expected, 'latents'), tensorOf(expected, 'picture')];
    const options = (input: TensorValue) => {
      const [, , height = 0, width = 0] = input.shape;
      return { ...source, compute: 'float32' as const, height, width };
    };
    const isKl = name === 'kl';
    const decoder = (isKl ? buildKlDecoder : buildTinyDecoder)(options(latents));
    const encoder = (isKl ? buildKlEncoder : buildTinyEncoder)(options(picture));
    const { sample } = await runOn(bench, decoder, folder, { latents });
    const encoded = await runOn(bench, encoder, folder, { sample: picture });
    return [
      compare('decoded', sample, tensorOf(expected, 'decoded'), bench),
      compare('encoded', encoded.mean ?? encoded.latents, tensorOf(expected, isKl ? 'mean' : 'encoded'), bench),
    ];
  },
}));

/** Patches that may find another nearest one, where products are rounded. */
const ASTRAY = 0.02;

export const CORRESPONDENCE: Check = {
  name: 'correspondence',
  inHalf: false,
  run: async (bench: Bench) => {
    const { nearest, similarity, ...feeds } = readFixture('correspondence', 'expected.safetensors');
    const got = await runOn(bench, { model: buildCorrespondence() }, os.tmpdir(), feeds);
    const wanted = [...(nearest as TensorValue).data].map(Number);
    const found = [...(got.nearest as TensorValue).data].map(Number);
    const others = found.filter((patch, i) => patch !== wanted[i]).length;
    return [
      compare('similarity', got.similarity, similarity as TensorValue, bench),
      {
        name: 'nearest',
        difference: others / wanted.length,
        tolerance: bench.provider === 'cpu' ? 0 : ASTRAY,
        note: `${others} of ${wanted.length} patches find another`,
      },
    ];
  },
};
