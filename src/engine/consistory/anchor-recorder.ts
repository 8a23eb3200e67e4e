import type { TensorValue } from '../runtime/tensor-value.ts';
import { int64Tensor } from '../runtime/tensor-value.ts';
import { type AnchorRecord, type AnchorVisit, type ConceptMasks, type KeptRows, stacked } from './anchor-record.ts';
import type { MaskTracker } from './mask-tracker.ts';
import type { RowLayout } from './row-layout.ts';
import type { StagePanel } from './stage.ts';
import { type Grid, type Mask, resizeMask, unionMasks } from './subject-mask.ts';
import type { ConsistoryFeeds, ConsistoryUnet } from './unet-rows.ts';

/** Layers that a run of the graph kept, by name. */
type KeptLayers = Readonly<Record<string, TensorValue>>;

/** What a question's runs are to keep: the graph's inputs, and what its answers mean. */
export interface Keeping {
  readonly feeds: (layout: RowLayout) => ConsistoryFeeds;
  /** takes what each of the runs kept */
  readonly take: (layouts: readonly RowLayout[], kept: readonly KeptLayers[]) => void;
}

interface Recorded {
  readonly visits: Map<string, AnchorVisit>;
  masks: readonly ConceptMasks[];
  dift: readonly Float32Array[];
}

/** Records groups of anchors while they are drawn among other panels. */
export class AnchorRecorder {
  /** per group: places of its panels in the batch */
  private readonly groups: readonly (readonly number[])[];
  private readonly recorded: readonly Recorded[];
  private readonly mostBytes: number;
  private bytes = 0;

  /**
   * @param groups panels by their place in the batch, each group closed: its panels look at nobody outside it
   * @param mostBytes of all that is kept; when there is more, nothing is recorded
   */
  constructor(groups: readonly (readonly number[])[], mostBytes: number) {
    this.groups = groups;
    this.mostBytes = mostBytes;
    this.recorded = groups.map(() => ({ visits: new Map(), masks: [], dift: [] }));
  }

  /**
   * @param keptTokens that mask dropout leaves; undefined where attention isn't shared
   * @param injects whether others may take features at this run
   */
  keep(
    run: string,
    { unet, panels }: { readonly unet: ConsistoryUnet; readonly panels: readonly StagePanel[] },
    masks: readonly MaskTracker[],
    keptTokens: readonly (readonly Mask[])[] | undefined,
    injects: boolean,
  ): Keeping | undefined {
    if (this.bytes > this.mostBytes || this.groups.length === 0) return undefined;
    const groupMasks = this.groups.map((group) => masksOf(group, panels, masks));
    const shared = (keptTokens ? unet.sharedLevels : []).map((level, i) => ({
      kind: 'tokens' as const,
      level,
      groups: this.groups.map((group, g) =>
        group.map((place, p) => {
          const subject = unionMasks(
            Object.values(groupMasks[g]?.[p] ?? {}),
            unet.maskGrid.height * unet.maskGrid.width,
          );
          const seen = resizeMask(subject, unet.maskGrid, level);
          return indices(seen, keptTokens?.[place]?.[i] as Mask);
        }),
      ),
    }));
    const features = {
      kind: 'features' as const,
      level: unet.injectGrid,
      groups: this.recorded.map(({ masks: found }) => found.map((each) => injectable(each, unet))),
    };
    const asked = injects ? [...shared, features] : shared;
    const feeds = (layout: RowLayout) =>
      Object.fromEntries(
        asked.map(({ kind, level, groups }) => [
          `keep_${kind}_${level.height}`,
          int64Tensor(groups.flatMap((tokens, g) => rowsToKeep(tokens, this.groups[g] ?? [], layout, level))),
        ]),
      );
    const take = (layouts: readonly RowLayout[], kept: readonly KeptLayers[]) => {
      const parts = asked.map(({ kind, level, groups }) => {
        const layers = unet.memoryLayers.filter((layer) => layer.kind === kind && layer.height === level.height);
        const names = layers.map(({ name }) => `${kind}/${name}`);
        return { kind, rows: splitByGroup(groups, names, layouts, kept, level) };
      });
      this.recorded.forEach(({ visits }, g) => {
        const ofGroup = parts.map(({ kind, rows }) => ({ kind, rows: rows[g] as KeptRows }));
        const visit: AnchorVisit = {
          masks: groupMasks[g] ?? [],
          shared: ofGroup.filter(({ kind }) => kind === 'tokens').map(({ rows }) => rows),
          features: ofGroup.find(({ kind }) => kind === 'features')?.rows,
        };
        this.bytes += bytesOf(visit);
        visits.set(run, visit);
      });
    };
    return { feeds, take };
  }

  /** What correspondences are sought in: masks by which, and DIFT features of all panels of the batch. */
  matched(panels: readonly StagePanel[], masks: readonly MaskTracker[], dift: readonly Float32Array[]): void {
    this.groups.forEach((group, g) => {
      const recorded = this.recorded[g] as Recorded;
      recorded.masks = masksOf(group, panels, masks);
      recorded.dift = dift.length > 0 ? group.map((place) => dift[place] as Float32Array) : [];
      this.bytes += recorded.dift.reduce((sum, { byteLength }) => sum + byteLength, 0);
    });
  }

  /** By group; none if there was more than may be kept. */
  records(panels: readonly StagePanel[]): (AnchorRecord | undefined)[] {
    return this.groups.map((group, g) => {
      if (this.bytes > this.mostBytes) return undefined;
      const { visits, masks, dift } = this.recorded[g] as Recorded;
      const bytes = [...visits.values()].reduce((sum, visit) => sum + bytesOf(visit), 0);
      return {
        panels: group.map((place) => panels[place] as StagePanel),
        visits,
        masks,
        dift,
        bytes: bytes + dift.reduce((sum, { byteLength }) => sum + byteLength, 0),
      };
    });
  }
}

function masksOf(
  group: readonly number[],
  panels: readonly StagePanel[],
  masks: readonly MaskTracker[],
): ConceptMasks[] {
  return group.map((place) => (masks[place] as MaskTracker).masks(panels[place]?.concepts ?? []));
}

/** The tokens of the grid of injection that lie in patches which correspondences may lead to. */
function injectable(
  masks: ConceptMasks,
  { maskGrid, diftGrid, injectGrid }: Pick<ConsistoryUnet, 'maskGrid' | 'diftGrid' | 'injectGrid'>,
): number[] {
  const patches = unionMasks(
    Object.values(masks).map((mask) => resizeMask(mask, maskGrid, diftGrid)),
    diftGrid.height * diftGrid.width,
  );
  return indices(resizeMask(patches, diftGrid, injectGrid));
}

function indices(mask: Mask, and?: Mask): number[] {
  return [...mask.keys()].filter((i) => mask[i] && (and === undefined || and[i]));
}

/** Halves in order, in each the panels in order. */
function rowsToKeep(
  tokens: readonly (readonly number[])[],
  group: readonly number[],
  layout: RowLayout,
  level: Grid,
): number[] {
  const size = level.height * level.width;
  return layout.halves.flatMap((half) =>
    tokens.flatMap((own, p) => own.map((token) => half.row(group[p] as number) * size + token)),
  );
}

function splitByGroup(
  groups: readonly (readonly (readonly number[])[])[],
  names: readonly string[],
  layouts: readonly RowLayout[],
  kept: readonly KeptLayers[],
  level: Grid,
): KeptRows[] {
  let before = 0; // tokens of one half
  return groups.map((tokens) => {
    const after = before + tokens.reduce((sum, { length }) => sum + length, 0);
    const ofRun = (name: string, { halves: { length: halves } }: RowLayout, run: number) =>
      rowsBetween(kept[run]?.[name], halves * before, halves * after);
    const layers = Object.fromEntries(
      names.map((name) => [name, stacked(layouts.map((layout, run) => ofRun(name, layout, run)))]),
    );
    before = after;
    return { height: level.height, tokens, layers };
  });
}

/** [T, C] -> its rows from `start` to `end`; as a copy, so that the rest can go */
function rowsBetween(tensor: TensorValue | undefined, start: number, end: number): TensorValue {
  if (!tensor) throw new Error('the run did not give back what was to be kept');
  const channels = tensor.shape[1] as number;
  const data = tensor.data.slice(start * channels, end * channels);
  return { type: tensor.type, shape: [end - start, channels], data } as TensorValue;
}

function bytesOf({ masks, shared, features }: AnchorVisit): number {
  const rows = features ? [...shared, features] : shared;
  const tensors = rows.flatMap(({ layers }) => Object.values(layers)).reduce((sum, t) => sum + t.data.byteLength, 0);
  return tensors + masks.flatMap((each) => Object.values(each)).reduce((sum, mask) => sum + mask.byteLength, 0);
}
