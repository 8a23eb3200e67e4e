import type { TensorValue } from '../runtime/tensor-value.ts';
import type { StagePanel } from './stage.ts';
import { type Mask, unionMasks } from './subject-mask.ts';

/** Masks over the mask grid, by concept. */
export type ConceptMasks = Readonly<Record<string, Mask>>;

/** What was kept of one run of the U-Net at one resolution. */
export interface KeptRows {
  /** in tokens */
  readonly height: number;
  /** per panel: the tokens that are kept, in order */
  readonly tokens: readonly (readonly number[])[];
  /** by layer, [halves * T, C]: the halves of the batch in order, in each the panels in order; as the graph gave it */
  readonly layers: Readonly<Record<string, TensorValue>>;
}

/** What was kept of one run. */
export interface AnchorVisit {
  /** per panel, as sharing saw them */
  readonly masks: readonly ConceptMasks[];
  /** hidden states before self-attention, where others look; one entry a resolution */
  readonly shared: readonly KeptRows[];
  /** self-attention's output, where others take features */
  readonly features: KeptRows | undefined;
}

/**
 * Anchors that were drawn once, so far as others need them: with it a panel costs about one plain image (docs/adr/0006).
 * Anchors see nobody but each other, so whoever looks at a record sees what standing beside them would show, bit for
 * bit.
 */
export interface AnchorRecord {
  readonly panels: readonly StagePanel[];
  /** by the name of the run */
  readonly visits: ReadonlyMap<string, AnchorVisit>;
  /** per panel: where correspondences may lead to */
  readonly masks: readonly ConceptMasks[];
  /** per panel: DIFT features, [C', h * w]; none where nothing is injected */
  readonly dift: readonly Float32Array[];
  /** of all that is kept */
  readonly bytes: number;
}

/** The same at one run, for all records of a stage: their panels are counted on behind those that are drawn. */
export class AnchorRecall {
  /** per remembered panel: its record and its place in it */
  private readonly places: readonly { readonly record: number; readonly panel: number }[];
  private readonly visits: readonly AnchorVisit[];
  private readonly drawn: number;

  /** @param drawn how many panels are drawn */
  constructor(records: readonly AnchorRecord[], run: string, drawn: number) {
    this.drawn = drawn;
    this.places = records.flatMap(({ panels }, record) => panels.map((_, panel) => ({ record, panel })));
    this.visits = records.map(({ visits }) => {
      const visit = visits.get(run);
      if (!visit) throw new Error(`the anchors were not recorded at ${run}`);
      return visit;
    });
  }

  /** @param source counted behind the panels that are drawn */
  mask(source: number, concepts: readonly string[], tokens: number): Mask {
    const { record, panel } = this.place(source);
    const masks = this.visits[record]?.masks[panel];
    return unionMasks(
      concepts.flatMap((concept) => masks?.[concept] ?? []),
      tokens,
    );
  }

  /** Per remembered panel: 1 for each of the tokens of a resolution that was kept. */
  kept(height: number, tokens: number): Mask[] {
    return this.places.map(({ record, panel }) => {
      const mask = new Uint8Array(tokens);
      for (const token of this.shared(record, height)?.tokens[panel] ?? []) mask[token] = 1;
      return mask;
    });
  }

  /** Where a remembered token lies behind the tokens of the run, in the shared layers of a resolution. */
  sharedRow(height: number, half: number, source: number, token: number): number {
    return this.row((record) => this.shared(record, height), half, source, token);
  }

  /** The same for features to be injected. */
  featureRow(half: number, source: number, token: number): number {
    return this.row((record) => this.visits[record]?.features, half, source, token);
  }

  /** Inputs of the graph by layer. */
  feeds(): Record<string, TensorValue> {
    const given = new Map<string, TensorValue[]>();
    for (const { shared, features } of this.visits) {
      for (const { layers } of features ? [...shared, features] : shared) {
        for (const [layer, rows] of Object.entries(layers)) given.set(layer, [...(given.get(layer) ?? []), rows]);
      }
    }
    return Object.fromEntries([...given].map(([layer, parts]) => [`given_${layer}`, stacked(parts)]));
  }

  private row(keptOf: (record: number) => KeptRows | undefined, half: number, source: number, token: number): number {
    const { record, panel } = this.place(source);
    let before = 0;
    for (let each = 0; each < record; each++) before += rowsOf(keptOf(each));
    const kept = keptOf(record);
    const own = kept?.tokens.slice(0, panel).reduce((sum, { length }) => sum + length, 0) ?? 0;
    const at = kept?.tokens[panel]?.indexOf(token) ?? -1;
    if (at < 0) throw new Error(`token ${token} of remembered panel ${source} was not kept`);
    return before + half * tokensOf(kept) + own + at;
  }

  private shared(record: number, height: number): KeptRows | undefined {
    return this.visits[record]?.shared.find((kept) => kept.height === height);
  }

  private place(source: number) {
    const place = this.places[source - this.drawn];
    if (!place) throw new Error(`no panel ${source} among ${this.drawn} drawn and ${this.places.length} remembered`);
    return place;
  }
}

const tokensOf = (kept: KeptRows | undefined): number => kept?.tokens.reduce((sum, { length }) => sum + length, 0) ?? 0;

/** of a layer, over the halves of the batch */
function rowsOf(kept: KeptRows | undefined): number {
  return Object.values(kept?.layers ?? {})[0]?.shape[0] ?? 0;
}

/** [T, C] behind each other; all of one type, as one graph gave them */
export function stacked(parts: readonly TensorValue[]): TensorValue {
  const [first] = parts;
  if (!first || parts.length === 1) return first as TensorValue;
  const rows = parts.reduce((sum, { shape }) => sum + (shape[0] as number), 0);
  const shape = [rows, ...first.shape.slice(1)];
  const size = shape.reduce((a, b) => a * b, 1);
  if (first.type === 'float16') {
    const data = new Uint16Array(size);
    fill(data, parts);
    return { type: 'float16', shape, data };
  }
  const data = new Float32Array(size);
  fill(data, parts);
  return { type: 'float32', shape, data };
}

function fill(data: Uint16Array | Float32Array, parts: readonly TensorValue[]): void {
  let start = 0;
  for (const part of parts) {
    data.set(part.data as Float32Array, start);
    start += part.data.length;
  }
}
