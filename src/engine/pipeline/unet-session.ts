import type { ConsistoryFeeds, ConsistoryUnet, MemoryLayer, UnetResult, UnetRow } from '../consistory/unet-rows.ts';
import { type ComputeType, fromFloat16Bits, toFloat16Bits } from '../graph/element-type.ts';
import type { UNetGraph } from '../graph/unet/unet.ts';
import type { Runnable } from '../runtime/onnx-session.ts';
import { int64Tensor, type TensorValue } from '../runtime/tensor-value.ts';
import { nothingShared } from './nothing-shared.ts';
import { promptFeeds } from './prompt-feeds.ts';

type Feeds = Record<string, TensorValue>;

/** Side lengths that SDXL is told of in its time ids. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Turns rows into the tensors of the U-Net's graph and back. */
export class UnetSession implements ConsistoryUnet {
  readonly latentShape;
  readonly maskGrid;
  readonly sharedLevels;
  readonly injectGrid;
  readonly diftGrid;
  readonly memoryLayers;
  private readonly session: Runnable;
  private readonly graph: UNetGraph;
  private readonly compute: ComputeType;
  private readonly timeIds: readonly number[];

  /** @param picture size of the picture in pixels */
  constructor(
    session: Runnable,
    graph: UNetGraph,
    compute: ComputeType,
    latents: readonly [number, number],
    picture: PictureSize,
  ) {
    this.session = session;
    this.graph = graph;
    this.compute = compute;
    this.latentShape = [graph.config.inChannels, ...latents] as const;
    this.maskGrid = graph.maskLevel;
    this.injectGrid = graph.injectLevel;
    this.diftGrid = graph.dift;
    this.memoryLayers = graph.memoryLayers;
    this.sharedLevels = graph.attentionLevels.filter((level) => level.shared);
    const { width, height } = picture;
    this.timeIds = [height, width, 0, 0, height, width]; // original size, crop corner, target size: nothing cropped
  }

  async run(rows: readonly UnetRow[], consistory: ConsistoryFeeds = {}): Promise<UnetResult> {
    const isKept = ({ kind, height }: MemoryLayer) => `keep_${kind}_${height}` in consistory;
    const layers = this.memoryLayers.filter(isKept).map(({ kind, name }) => `${kind}/${name}`);
    const results = await this.session.run(this.feeds(rows, consistory), ['noise', 'attention', ...layers]);
    return {
      noise: this.rowsOf(results.noise as TensorValue),
      attention: this.rowsOf(results.attention as TensorValue),
      kept: Object.fromEntries(layers.map((layer) => [layer, results[layer] as TensorValue])),
    };
  }

  async features(rows: readonly UnetRow[]): Promise<readonly Float32Array[]> {
    const results = await this.session.run(this.feeds(rows, {}), ['dift']);
    return this.rowsOf(results.dift as TensorValue);
  }

  private feeds(rows: readonly UnetRow[], consistory: ConsistoryFeeds): Feeds {
    const batch = rows.length;
    const { textWidth, added } = this.graph.config;
    const parts = rows.map((row) => row.parts ?? []);
    const prompts = [...rows, ...parts.flat()].map(({ text }) => text.hidden);
    const text = packRows(prompts);
    const feeds: Feeds = {
      sample: this.floats(packRows(rows.map((row) => row.latents)), [batch, ...this.latentShape]),
      timestep: { type: 'float32', shape: [batch], data: Float32Array.from(rows, (row) => row.timestep) },
      encoder_hidden_states: this.floats(text, [prompts.length, text.length / prompts.length / textWidth, textWidth]),
      concept_columns: columnsTensor(rows.map((row) => row.columns)),
    };
    if (added) {
      feeds.text_embeds = this.floats(packRows(rows.map((row) => row.text.pooled)), [batch, added.pooledWidth]);
      const ids = packRows(rows.map(() => Float32Array.from(this.timeIds)));
      feeds.time_ids = { type: 'float32', shape: [batch, this.timeIds.length], data: ids };
    }
    const empty = nothingShared(this.graph, batch);
    const isParted = parts.some((own) => own.length > 0);
    const heard = isParted ? promptFeeds(parts, this.graph.promptLevels, this.graph.maskLevel) : {};
    for (const [name, value] of Object.entries({ ...empty, ...heard, ...consistory })) {
      feeds[name] = value.type === 'float32' ? this.floats(value.data, value.shape) : value;
    }
    return feeds;
  }

  private floats(data: Float32Array, shape: readonly number[]): TensorValue {
    if (this.compute === 'float32') return { type: 'float32', shape, data };
    return { type: 'float16', shape, data: Uint16Array.from(data, toFloat16Bits) };
  }

  private rowsOf(value: TensorValue): Float32Array[] {
    const data =
      value.type === 'float16' ? Float32Array.from(value.data, fromFloat16Bits) : (value.data as Float32Array);
    const rows = value.shape[0] as number;
    const size = data.length / rows;
    return Array.from({ length: rows }, (_, row) => data.slice(row * size, (row + 1) * size));
  }
}

/** Rows of one length behind each other. */
export function packRows(rows: readonly Float32Array[]): Float32Array {
  const size = rows[0]?.length ?? 0;
  const packed = new Float32Array(size * rows.length);
  rows.forEach((row, i) => {
    if (row.length !== size) throw new Error(`row ${i} has ${row.length} numbers, the first has ${size}`);
    packed.set(row, i * size);
  });
  return packed;
}

/** int64 [B, K], at least one column; short rows repeat column 0, which nobody reads. */
function columnsTensor(columns: readonly (readonly number[])[]): TensorValue {
  const most = Math.max(1, ...columns.map((row) => row.length));
  const padded = columns.flatMap((row) => [...row, ...Array<number>(most - row.length).fill(0)]);
  return int64Tensor(padded, [columns.length, most]);
}
