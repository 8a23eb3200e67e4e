import { Graph } from './graph.ts';

/** |x| below which features count as zero, as in torch.nn.functional.normalize */
const NORM_EPSILON = 1e-12;

/**
 * Writes the graph that finds, for every patch of one image, the patch of another image that shows the same thing
 * (paper §4.3; DIFT, arXiv 2306.03881, §3): the nearest neighbour by cosine similarity of diffusion features.
 *
 * Inputs: `features` float32 [images, C, S]; pairs of images as `query_image` int64 [Q] and `key_image` int64 [Q];
 * `key_mask` float32 [Q, S], added to the similarities: 0 where a patch of the key image may be chosen (its subject),
 * a large negative number where not. Indices must be in [0, images): CUDA doesn't check them.
 *
 * Outputs: `nearest` int64 [Q, S], for each patch of the query image a patch of the key image, the first of equals;
 * `similarity` float32 [Q, S], their cosine similarity (with no patch allowed, below -1). Memory is Q * S * S floats.
 * @returns ModelProto
 */
export function buildCorrespondence(): Uint8Array {
  const g = new Graph({ compute: 'float32' });
  const features = g.input('features', 'float32', ['images', 'channels', 'patches']);
  const queryImage = g.input('query_image', 'int64', ['pairs']);
  const keyImage = g.input('key_image', 'int64', ['pairs']);
  const keyMask = g.input('key_mask', 'float32', ['pairs', 'patches']);

  const directions = g.l2Normalize(features, 1, NORM_EPSILON);
  const queries = g.transpose(g.gather(directions, queryImage), [0, 2, 1]); // [Q, S, C]
  const cosines = g.matmul(queries, g.gather(directions, keyImage)); // [Q, S, S]
  const allowed = g.add(cosines, g.unsqueeze(keyMask, [1]));
  g.output('nearest', g.argMax(allowed, 2));
  g.output('similarity', g.reduceMax(allowed, 2));
  return g.encode();
}
