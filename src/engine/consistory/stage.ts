/** A panel as the algorithm sees it. */
export interface StagePanel {
  /** uint32, unique in its story; the panel's random numbers hang on it */
  readonly id: number;
  /** uint32; another take of the same panel */
  readonly revision: number;
  /** seed of the story that the panel belongs to; a canon's anchors keep theirs */
  readonly seed: bigint;
  /** names of the concepts (characters) that are in it */
  readonly concepts: readonly string[];
  /** name of the canon that the panel is an anchor of; undefined for the panels of this story */
  readonly canon?: string;
  /** id of the panel whose initial noise it starts from; its own if undefined. For comparisons: it makes layouts alike. */
  readonly noiseOf?: number;
  /** [C, H, W]: finished latents of a picture that is already there; the panel is not drawn, but others look at it */
  readonly given?: Float32Array;
}

/** `viewer` may look at the tokens of `source` that show one of `concepts`. Panels by their place in the batch. */
export interface SharingEdge {
  readonly viewer: number;
  readonly source: number;
  readonly concepts: readonly string[];
}

/**
 * Who looks at whom (paper §4.4). Each concept has its anchors: those of its canon, or the first panels of the story
 * that show it. Everyone who shows the concept looks at them, and they look at each other. A canon's anchors look at
 * their own kind only, so that they come out as they did when the canon was made.
 */
export function sharingEdges(panels: readonly StagePanel[], anchors: number | 'all'): SharingEdge[] {
  const edges = new Map<string, { viewer: number; source: number; concepts: string[] }>();
  const order = panels.map((_, i) => i).sort((a, b) => (panels[a]?.id ?? 0) - (panels[b]?.id ?? 0));
  const look = (viewer: number, source: number, concept: string) => {
    if (viewer === source) return;
    const key = `${viewer} ${source}`;
    const edge = edges.get(key) ?? { viewer, source, concepts: [] };
    edge.concepts.push(concept);
    edges.set(key, edge);
  };
  for (const concept of new Set(panels.flatMap((panel) => panel.concepts))) {
    const showing = order.filter((i) => panels[i]?.concepts.includes(concept));
    const canons = new Set(showing.map((i) => panels[i]?.canon));
    const firstOf = (canon: string | undefined) => {
      const own = showing.filter((i) => panels[i]?.canon === canon);
      return anchors === 'all' ? own : own.slice(0, anchors);
    };
    const ofCanons = [...canons].filter((canon) => canon !== undefined).flatMap(firstOf);
    const ofStory = ofCanons.length > 0 ? ofCanons : firstOf(undefined);
    for (const viewer of showing) {
      const canon = panels[viewer]?.canon;
      for (const source of canon === undefined ? ofStory : firstOf(canon)) look(viewer, source, concept);
    }
  }
  return [...edges.values()].sort(
    (a, b) => order.indexOf(a.viewer) - order.indexOf(b.viewer) || order.indexOf(a.source) - order.indexOf(b.source),
  );
}

/** The panels that `panels` depend on, themselves included: what has to be drawn again for them to come out the same. */
export function closure(edges: readonly SharingEdge[], panels: readonly number[]): number[] {
  const reached = new Set(panels);
  for (const panel of reached) {
    for (const edge of edges) if (edge.viewer === panel) reached.add(edge.source);
  }
  return [...reached].sort((a, b) => a - b);
}
