import { MOST_OWNERS } from '../../consistory/token-owners.ts';
import { times } from '../dim.ts';
import type { Graph } from '../graph.ts';
import type { Value } from '../graph-builder.ts';

/** A resolution at which the U-Net has attention. Levels count from 0, the latents' own resolution. */
export interface AttentionLevel {
  readonly level: number;
  /** in tokens */
  readonly height: number;
  readonly width: number;
  /** S = height * width */
  readonly tokens: number;
  /** whether up blocks have attention here, so that tokens can be shared here */
  readonly shared: boolean;
}

/**
 * The tokens of other images that rows may look at, at one resolution. What a token must not see is told by a product:
 * `reach` . `shown` is 0 where a query may look and -large elsewhere.
 */
export interface TokenBank {
  /** int64 [B, M], rows of the flattened [B * S] tokens, and behind them of the remembered ones */
  readonly index: Value;
  /** [B, S, REACH] of the queries */
  readonly reach: Value;
  /** [B, S + M, REACH] of the row's own tokens and its bank's */
  readonly shown: Value;
  readonly memory: Memory;
}

/** Owners of tokens that can be told from each other, beside 0, nobody. */
const OWNERS = MOST_OWNERS;
/** One number for the padding and one for each owner: eight channels more, as GPU kernels like them in half precision. */
export const REACH = 1 + OWNERS;

/**
 * What a layer's tokens of this run are kept for later runs, and those kept of earlier ones (docs/adr/0006). Each layer
 * has a pair of its own: an input `given_KIND/LAYER` [G, C] and an output `KIND/LAYER` [K, C].
 */
export interface Memory {
  readonly kind: 'tokens' | 'features';
  /** int64 [K]: rows of the flattened [B * S] tokens to keep */
  readonly keep: Value;
  /** G: name of the dimension */
  readonly given: string;
  /** the layers that have such a pair, in the order of the graph */
  readonly layers: MemoryLayer[];
}

export interface MemoryLayer {
  readonly kind: Memory['kind'];
  readonly name: string;
  /** of the level, in tokens */
  readonly height: number;
  readonly channels: number;
}

/** Rows of self-attention's output to be mixed with other rows. */
export interface Injection {
  /** int64 [P, 1] rows of the flattened [B * S] tokens */
  readonly rows: Value;
  /** int64 [P], rows of the flattened tokens, and behind them of the remembered ones */
  readonly source: Value;
  /** [P, 1] */
  readonly weight: Value;
  readonly memory: Memory;
}

/** ConsiStory's operations as inputs of the U-Net's graph. Left empty, the graph is the plain U-Net. */
export interface ConsistoryInputs {
  /** by level */
  readonly banks: ReadonlyMap<number, TokenBank>;
  /** by level */
  readonly injections: ReadonlyMap<number, Injection>;
  /** int64 [B] */
  readonly querySource: Value;
  /** [B, 1, 1] */
  readonly queryStrength: Value;
  /** int64 [B, K] */
  readonly conceptColumns: Value;
}

/** Logit of a token that must not be seen; fp16 holds it, and exp of it is 0. */
const MASKED = -1e4;

export function consistoryInputs(
  g: Graph,
  levels: readonly AttentionLevel[],
  injected: AttentionLevel,
): ConsistoryInputs {
  const strength = g.input('query_strength', g.compute, ['batch']);
  return {
    banks: new Map(levels.filter((l) => l.shared).map((l) => [l.level, tokenBank(g, l)])),
    injections: new Map([[injected.level, injection(g, injected)]]),
    querySource: g.input('query_source', 'int64', ['batch']),
    queryStrength: g.unsqueeze(strength, [1, 2]),
    conceptColumns: g.input('concept_columns', 'int64', ['batch', 'concepts']),
  };
}

/** Inputs: the bank's tokens, how many each row has, whose they are and whose the row's own are (0: nobody's). */
function tokenBank(g: Graph, { height, tokens }: AttentionLevel): TokenBank {
  const size = `bank_${height}`;
  const index = g.input(`bank_index_${height}`, 'int64', ['batch', size]);
  const length = g.input(`bank_length_${height}`, 'int64', ['batch']);
  const owner = g.input(`bank_owner_${height}`, 'int64', ['batch', size]);
  const viewer = g.input(`bank_viewer_${height}`, 'int64', ['batch', tokens]);
  const valid = g.less(g.unsqueeze(g.rangeOfAxis(index, 1), [0]), g.unsqueeze(length, [1])); // [B, M]
  const padding = g.unsqueeze(g.where(valid, g.scalar(0), g.scalar(MASKED)), [2]);
  const bank = g.concat(
    [
      padding,
      g.gather(
        byOwner(g, (of, other) => (of === other ? MASKED : 0)),
        owner,
      ),
    ],
    2,
  );
  const own = g.expand(g.floats(Array<number>(REACH).fill(0), [1, 1, REACH]), ['batch', tokens, REACH], length);
  const one = g.expand(g.floats([1], [1, 1, 1]), ['batch', tokens, 1], length);
  const strangers = g.gather(
    byOwner(g, (of, other) => (of === other ? 0 : 1)),
    viewer,
  );
  return {
    index,
    reach: g.concat([one, strangers], 2),
    shown: g.concat([own, bank], 1),
    memory: memory(g, 'tokens', height),
  };
}

/** [1 + OWNERS, OWNERS] rows by owner; nobody's is zero */
function byOwner(g: Graph, value: (of: number, other: number) => number): Value {
  const owners = Array.from({ length: OWNERS }, (_, i) => i);
  const rows = owners.flatMap((of) => owners.map((other) => value(of, other)));
  return g.floats([...owners.map(() => 0), ...rows], [1 + OWNERS, OWNERS]);
}

function memory(g: Graph, kind: Memory['kind'], height: number): Memory {
  return {
    kind,
    keep: g.input(`keep_${kind}_${height}`, 'int64', [`kept_${kind}_${height}`]),
    given: `given_${kind}_${height}`,
    layers: [],
  };
}

function injection(g: Graph, { height }: AttentionLevel): Injection {
  const size = `injected_${height}`;
  return {
    rows: g.unsqueeze(g.input(`inject_rows_${height}`, 'int64', [size]), [1]),
    source: g.input(`inject_source_${height}`, 'int64', [size]),
    weight: g.unsqueeze(g.input(`inject_weight_${height}`, g.compute, [size]), [1]),
    memory: memory(g, 'features', height),
  };
}

/** x [B * S, C] of a layer is kept where the memory's index says so; what was kept before comes in: [G, C]. */
export function remember(g: Graph, x: Value, layer: string, { height }: AttentionLevel, memory: Memory): Value {
  const { kind, keep, given, layers } = memory;
  const channels = x.shape[1] as number;
  layers.push({ kind, name: layer, height, channels });
  g.output(`${kind}/${layer}`, g.gather(x, keep));
  return g.input(`given_${kind}/${layer}`, g.compute, [given, channels]);
}

/** [B * S, C] with some rows mixed with others, all at once: y[rows] <- y[rows] + w (y[source] - y[rows]). Paper §4.3. */
export function injectFeatures(
  g: Graph,
  y: Value,
  layer: string,
  at: AttentionLevel,
  { rows, source, weight, memory }: Injection,
): Value {
  const all = g.concat([y, remember(g, y, layer, at, memory)], 0);
  const own = g.gather(y, g.reshape(rows, [rows.shape[0] as string]));
  return g.scatterRows(y, rows, g.add(own, g.mul(g.sub(g.gather(all, source), own), weight)));
}

/** q [B * S, C] blended with the queries of other rows, the vanilla twins. Paper §4.2. */
export function blendQueries(g: Graph, q: Value, tokens: number, inputs: ConsistoryInputs): Value {
  const channels = q.shape[1] as number;
  const rows = g.reshape(q, ['batch', tokens, channels]);
  const vanilla = g.gather(rows, inputs.querySource);
  const blended = g.add(rows, g.mul(g.sub(vanilla, rows), inputs.queryStrength));
  return g.reshape(blended, [times('batch', tokens), channels]);
}
