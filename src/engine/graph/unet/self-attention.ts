import { times } from '../dim.ts';
import type { Graph } from '../graph.ts';
import type { Value } from '../graph-builder.ts';
import { linear } from '../layers.ts';
import {
  type AttentionLevel,
  blendQueries,
  type ConsistoryInputs,
  injectFeatures,
  REACH,
  remember,
  type TokenBank,
} from './consistory-inputs.ts';

/** Which part of the U-Net a layer is in: sharing is for the up blocks, injection for down and up (paper §4.1, §4.3). */
export type Place = 'down' | 'mid' | 'up';

/**
 * Self-attention with ConsiStory's three operations on it. In up blocks queries are blended with the vanilla twins',
 * and each row looks at its own tokens and at its bank; in down and up blocks the output is where features are
 * injected. x [B * S, C]
 */
export function selfAttention(
  g: Graph,
  x: Value,
  name: string,
  heads: number,
  at: AttentionLevel,
  place: Place,
  consistory: ConsistoryInputs,
): Value {
  const project = (part: string, tokens = x) => linear(g, tokens, `${name}.${part}`);
  const perImage = (t: Value) => g.reshape(t, ['batch', at.tokens, t.shape[1] as number]); // [B, S, C]
  const [q, k, v] = [project('to_q'), project('to_k'), project('to_v')];
  const bank = place === 'up' ? consistory.banks.get(at.level) : undefined;
  const sharedAttention = (bank: TokenBank) => {
    const given = remember(g, x, name, at, bank.memory); // as x is, so that a LoRA's weight may change
    const blended = perImage(blendQueries(g, q, at.tokens, consistory));
    const others = { k: project('to_k', given), v: project('to_v', given) };
    return attendToBank(g, blended, { k, v }, others, heads, bank);
  };
  const attended = bank ? sharedAttention(bank) : g.multiHeadAttention(perImage(q), perImage(k), perImage(v), heads);
  const y = linear(g, g.reshape(attended, x.shape), `${name}.to_out.0`);
  const injection = place === 'mid' ? undefined : consistory.injections.get(at.level);
  return injection ? injectFeatures(g, y, name, at, injection) : y;
}

interface KeysAndValues {
  readonly k: Value;
  readonly v: Value;
}

/**
 * Shared attention (SDSA): q [B, S, C]; k, v [B * S, C] hold the tokens of all images, of which each row sees its own
 * and those that its bank names; behind them come those of remembered images [G, C].
 *
 * What must not be seen is masked without a mask: every head gets more channels, in which q carries sqrt(d) times its
 * reach and k what it shows, so that q.k / sqrt(d) = scores + reach.shown. A mask proper would leave the flash kernel:
 * 1.3 times the time and 1.6 GB at 4096 tokens (onnxruntime 1.30 on the CPU).
 */
function attendToBank(
  g: Graph,
  q: Value,
  own: KeysAndValues,
  given: KeysAndValues,
  heads: number,
  bank: TokenBank,
): Value {
  const [batch, tokens, channels] = q.shape as readonly [string, number, number];
  const width = channels / heads;
  // fp16: sqrt(d) * -1e4 must stay within 65504, so what is shown travels divided
  const divisor = g.compute === 'float16' ? 64 : 1;
  const extend = (part: keyof KeysAndValues) => {
    const all = g.concat([own[part], given[part]], 0);
    return g.concat([g.reshape(own[part], [batch, tokens, channels]), g.gather(all, bank.index)], 1); // [B, S + M, C]
  };
  const widen = (t: Value, more: Value) => {
    const length = t.shape[1] as number | string;
    const split = g.reshape(t, [batch, length, heads, width]);
    const perHead = g.expand(g.unsqueeze(more, [2]), [batch, length, heads, REACH], t);
    return g.reshape(g.concat([split, perHead], 3), [batch, length, heads * (width + REACH)]);
  };
  const attended = g.multiHeadAttention(
    widen(q, g.mul(bank.reach, g.scalar(Math.sqrt(width) * divisor))),
    widen(extend('k'), divisor === 1 ? bank.shown : g.mul(bank.shown, g.scalar(1 / divisor))),
    extend('v'),
    heads,
    1 / Math.sqrt(width),
  );
  return g.reshape(attended, [times(batch, tokens), channels]);
}
