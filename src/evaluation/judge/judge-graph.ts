import { Graph } from '../../engine/graph/graph.ts';
import type { Value } from '../../engine/graph/graph-builder.ts';
import { conv2d, linear } from '../../engine/graph/layers.ts';
import type { TensorIndex } from '../../engine/weights/tensor-index.ts';

/** Pixels of a side of the pictures that the judge looks at: what the pocket draws. */
export const PICTURE_SIDE = 128;
/** Cells of a side of `map`, and of `attributes`. */
export const MAP_SIDE = 64;
export const ATTRIBUTES_SIDE = 32;

export interface JudgeGraphOptions {
  readonly weights: TensorIndex;
  /** folder that the weights' file is named relative to */
  readonly root: string;
}

/**
 * Writes the judge's graph (scripts/train-judge/network.py, whose batch normalizations lie folded in the weights):
 * `picture` [batch, 3, 128, 128] in [-1, 1] ->
 * `map` [batch, 16, 64, 64]: logits of the background and the species, of a creature's centre, and the way to it;
 * `attributes` [batch, 52, 32, 32]: logits whose mean over a creature's cells says what it is;
 * `scene` [batch, 16]: logits of the place and the time of day.
 * @throws UserError for weights that don't fit it
 */
export function buildJudgeGraph({ weights, root }: JudgeGraphOptions): Uint8Array {
  const g = new Graph({ compute: 'float32', weights, root });
  const picture = g.input('picture', g.compute, ['batch', 3, PICTURE_SIDE, PICTURE_SIDE]);
  const relu = (x: Value) => g.unary('Relu', x);
  const conv = (x: Value, name: string, stride = 1) => conv2d(g, x, `${name}`, { stride });
  const block = (x: Value, name: string) => relu(g.add(x, conv(relu(conv(x, `${name}.first`)), `${name}.second`)));
  const join = (deep: Value, name: string, flat: Value) => relu(g.add(g.upsampleNearest(conv(deep, name), 2), flat));

  const e32 = block(relu(conv(relu(conv(picture, 'stem', 2)), 'to32', 2)), 'at32.0');
  const e16 = block(block(relu(conv(e32, 'to16', 2)), 'at16.0'), 'at16.1');
  const e8 = block(relu(conv(e16, 'to8', 2)), 'at8.0');
  const d16 = relu(conv(join(e8, 'up16', e16), 'back16'));
  const d32 = block(join(d16, 'up32', e32), 'back32');
  const detail = relu(conv(d32, 'detail'));

  g.output('map', g.depthToSpace(conv2d(g, detail, 'map'), MAP_SIDE / ATTRIBUTES_SIDE));
  g.output('attributes', conv2d(g, detail, 'attributes'));
  g.output('scene', linear(g, g.reduceMean(g.reduceMean(e8, 3), 2), 'scene'));
  return g.encode();
}
