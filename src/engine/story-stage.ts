import { createHash } from 'node:crypto';
import type { AnchorCache, RememberedAnchors } from './anchor-cache.ts';
import { AnchorRecorder } from './consistory/anchor-recorder.ts';
import { closure, type SharingEdge, sharingEdges } from './consistory/stage.ts';
import type { DrawnPanel, PanelRequest, StoryRequest } from './draw-story.ts';

/** Who is drawn, who is remembered, and who is recorded for later. */
export interface StoryStage {
  /** the panels to draw, in the request's order */
  readonly panels: readonly PanelRequest[];
  /** places of these in the request */
  readonly places: readonly number[];
  /** drawn panels first, then the remembered ones */
  readonly edges: readonly SharingEdge[];
  readonly remembered: readonly RememberedAnchors[];
  /** per remembered group: places of its panels in the request */
  readonly rememberedPlaces: readonly (readonly number[])[];
  readonly recorder: AnchorRecorder | undefined;
  /** of the groups that the recorder records, in its order */
  readonly keys: readonly string[];
}

/** A cache of anchors, and what else than the request decides how they come out: the model, its LoRAs, its size. */
export interface AnchorMemory {
  readonly cache: AnchorCache;
  readonly scope: string;
}

/**
 * Splits the panels of a request into those that only others look at, in groups that look at nobody outside, and the
 * rest. Groups that were drawn before are remembered; the others are drawn with the rest and recorded.
 * @param memory undefined: everything is drawn, nothing recorded
 */
export function setStage(request: StoryRequest, memory: AnchorMemory | undefined): StoryStage {
  const { panels, settings } = request;
  const isTogether = settings.sharedAttention || settings.featureInjection !== undefined;
  const edges = isTogether ? sharingEdges(panels, settings.anchors) : [];
  const groups = memory ? anchorGroups(edges, panels.length) : [];
  const known = groups.map((group) => {
    const key = groupKey(request, edges, group, memory?.scope ?? '');
    return { group, key, anchors: memory?.cache.get(key) };
  });
  const hits = known.flatMap(({ group, anchors }) => (anchors ? [{ group, anchors }] : []));
  const misses = known.filter(({ anchors }) => !anchors);
  const behind = hits.flatMap(({ group }) => group);
  const places = panels.map((_, place) => place).filter((place) => !behind.includes(place));
  const order = [...places, ...behind];
  return {
    panels: places.map((place) => panels[place] as PanelRequest),
    places,
    edges: edges
      .filter(({ viewer }) => !behind.includes(viewer))
      .map((edge) => ({ ...edge, viewer: order.indexOf(edge.viewer), source: order.indexOf(edge.source) })),
    remembered: hits.map(({ anchors }) => anchors),
    rememberedPlaces: hits.map(({ group }) => group),
    recorder:
      memory && misses.length > 0
        ? new AnchorRecorder(
            misses.map(({ group }) => group.map((place) => places.indexOf(place))),
            memory.cache.mostBytes,
          )
        : undefined,
    keys: misses.map(({ key }) => key),
  };
}

/** What was made of the drawn panels and what is remembered of the others, in the request's order. */
export function inOrder<T>(stage: StoryStage, drawn: readonly T[], remembered: (panel: DrawnPanel) => T): T[] {
  const all = new Map(stage.places.map((place, i) => [place, drawn[i] as T]));
  stage.rememberedPlaces.forEach((group, g) => {
    group.forEach((place, i) => {
      all.set(place, remembered(stage.remembered[g]?.drawn[i] as DrawnPanel));
    });
  });
  return Array.from(all.keys())
    .sort((a, b) => a - b)
    .map((place) => all.get(place) as T);
}

/** Keeps the groups that were recorded while they were drawn. */
export function keepAnchors(
  cache: AnchorCache,
  { recorder, keys }: StoryStage,
  panels: readonly PanelRequest[],
  drawn: readonly DrawnPanel[],
): void {
  recorder?.records(panels).forEach((record, i) => {
    if (!record) return;
    const own = record.panels.map((panel) => drawn[panels.indexOf(panel as PanelRequest)] as DrawnPanel);
    cache.set(keys[i] as string, { record, drawn: own });
  });
}

/** Panels that others look at, with all that they look at themselves, in groups that don't look at each other. */
function anchorGroups(edges: readonly SharingEdge[], panels: number): number[][] {
  const anchors = closure(
    edges,
    edges.map(({ source }) => source),
  );
  if (anchors.length === panels) return []; // a story of nothing but anchors: nobody would ever look at them
  const groupOf = new Map(anchors.map((anchor) => [anchor, anchor]));
  for (const { viewer, source } of edges) {
    const [from, to] = [groupOf.get(source), groupOf.get(viewer)];
    if (from === undefined || to === undefined) continue;
    for (const [anchor, group] of groupOf) if (group === from) groupOf.set(anchor, to);
  }
  return [...new Set(groupOf.values())].map((group) => anchors.filter((anchor) => groupOf.get(anchor) === group));
}

/** Names all that decides how a group comes out. */
function groupKey(
  { panels, concepts, settings, steps, guidance, sampler }: StoryRequest,
  edges: readonly SharingEdge[],
  group: readonly number[],
  scope: string,
): string {
  const hash = createHash('sha256');
  const own = group.map((place) => panels[place] as PanelRequest);
  const names = new Set(own.flatMap((panel) => panel.concepts));
  const look = edges
    .filter(({ viewer }) => group.includes(viewer))
    .map((edge) => [group.indexOf(edge.viewer), group.indexOf(edge.source), edge.concepts]);
  const told = own.map(({ canon: _, given, picture, seed, ...panel }) => ({ ...panel, seed: seed.toString() }));
  const shown = concepts.filter(({ name }) => names.has(name));
  hash.update(JSON.stringify([scope, settings, steps, guidance, sampler ?? null, told, shown, look]));
  for (const { given, picture } of own) {
    for (const data of [given, picture?.rgb]) {
      hash.update(data ? `${data.byteLength} ` : 'none ');
      if (data) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  }
  return hash.digest('hex');
}
