import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closure, type SharingEdge, type StagePanel, sharingEdges } from '../../../src/engine/consistory/stage.ts';

const panel = (id: number, concepts: readonly string[], canon?: string): StagePanel => ({
  id,
  revision: 0,
  seed: 7n,
  concepts,
  canon,
});
const fox = (id: number, canon?: string) => panel(id, ['fox'], canon);

/** viewer -> sources, by panel ids */
function looks(panels: readonly StagePanel[], anchors: number | 'all'): string[] {
  const id = (at: number) => panels[at]?.id;
  return sharingEdges(panels, anchors).map(
    ({ viewer, source, concepts }) => `${id(viewer)}>${id(source)} ${[...concepts].sort().join('+')}`,
  );
}

const CONCEPTS = ['fox', 'bear', 'owl'];
const stories = fc
  .array(
    fc.record({ concepts: fc.subarray(CONCEPTS), canon: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }) }),
    {
      maxLength: 8,
    },
  )
  .chain((kinds) =>
    fc
      .uniqueArray(fc.nat(), { minLength: kinds.length, maxLength: kinds.length })
      .map((ids) => kinds.map(({ concepts, canon }, i) => panel(ids[i] as number, concepts, canon))),
  );
const anchorCounts = fc.oneof(fc.constant('all' as const), fc.integer({ min: 0, max: 4 }));

describe('sharingEdges', () => {
  it('given two anchors, then they look at each other and the others look at them only', () => {
    expect(looks([fox(0), fox(1), fox(2), fox(3)], 2)).toEqual([
      '0>1 fox',
      '1>0 fox',
      '2>0 fox',
      '2>1 fox',
      '3>0 fox',
      '3>1 fox',
    ]);
  });

  it('given all as anchors, then everyone looks at everyone else', () => {
    expect(looks([fox(0), fox(1), fox(2)], 'all')).toEqual([
      '0>1 fox',
      '0>2 fox',
      '1>0 fox',
      '1>2 fox',
      '2>0 fox',
      '2>1 fox',
    ]);
  });

  it('given a concept that first appears late, then its anchors are the first panels that show it', () => {
    const panels = [fox(0), panel(1, ['fox', 'bear']), panel(2, ['bear']), panel(3, ['fox', 'bear'])];
    expect(looks(panels, 1)).toEqual(['1>0 fox', '2>1 bear', '3>0 fox', '3>1 bear']);
  });

  it('given two concepts with one anchor panel, then it is one edge with both', () => {
    expect(looks([panel(0, ['fox', 'bear']), panel(1, ['bear', 'fox'])], 2)).toEqual(['0>1 bear+fox', '1>0 bear+fox']);
  });

  it('given a canon, then its panels are the anchors, and they look at their own kind only', () => {
    const panels = [fox(10, 'rusty'), fox(11, 'rusty'), fox(12, 'rusty'), fox(0), fox(1)];
    expect(looks(panels, 2)).toEqual([
      '0>10 fox',
      '0>11 fox',
      '1>10 fox',
      '1>11 fox',
      '10>11 fox',
      '11>10 fox',
      '12>10 fox',
      '12>11 fox',
    ]);
  });

  it('given a canon for one of two concepts, then the other finds its anchors in the story', () => {
    const panels = [fox(10, 'rusty'), panel(0, ['fox', 'bear']), panel(1, ['bear'])];
    expect(looks(panels, 1)).toEqual(['0>10 fox', '1>0 bear']);
  });

  it('given any story, then nobody looks at oneself, twice at the same panel, or for a concept that one of both lacks', () => {
    fc.assert(
      fc.property(stories, anchorCounts, (panels, anchors) => {
        const edges = sharingEdges(panels, anchors);
        expect(new Set(edges.map(({ viewer, source }) => `${viewer} ${source}`)).size).toBe(edges.length);
        for (const { viewer, source, concepts } of edges) {
          expect(viewer).not.toBe(source);
          expect(concepts.length).toBeGreaterThan(0);
          expect(new Set(concepts).size).toBe(concepts.length);
          for (const concept of concepts) {
            expect(panels[viewer]?.concepts).toContain(concept);
            expect(panels[source]?.concepts).toContain(concept);
          }
        }
      }),
    );
  });

  it('given any story, then each concept of a panel has at most so many sources for each canon that gives it', () => {
    fc.assert(
      fc.property(stories, fc.integer({ min: 0, max: 4 }), (panels, anchors) => {
        const edges = sharingEdges(panels, anchors);
        panels.forEach((_, viewer) => {
          for (const concept of CONCEPTS) {
            const sources = edges.filter((e) => e.viewer === viewer && e.concepts.includes(concept));
            const canons = new Set(sources.map((e) => panels[e.source]?.canon));
            const perCanon = [...canons].map((canon) => sources.filter((e) => panels[e.source]?.canon === canon));
            for (const some of perCanon) expect(some.length).toBeLessThanOrEqual(anchors);
          }
        });
      }),
    );
  });

  it('given the panels in another order, then the same panels look at the same, in the same order', () => {
    fc.assert(
      fc.property(
        stories.chain((panels) =>
          fc.tuple(fc.constant(panels), fc.shuffledSubarray(panels, { minLength: panels.length })),
        ),
        anchorCounts,
        ([panels, shuffled], anchors) => {
          expect(looks(shuffled, anchors)).toEqual(looks(panels, anchors));
        },
      ),
    );
  });

  it('given a story with canons, then whatever else is in it, their panels look at their own kind only', () => {
    fc.assert(
      fc.property(stories, anchorCounts, (panels, anchors) => {
        for (const { viewer, source } of sharingEdges(panels, anchors)) {
          const canon = panels[viewer]?.canon;
          if (canon !== undefined) expect(panels[source]?.canon).toBe(canon);
        }
      }),
    );
  });
});

describe('closure', () => {
  const edges: SharingEdge[] = [
    { viewer: 0, source: 1, concepts: ['fox'] },
    { viewer: 1, source: 0, concepts: ['fox'] },
    { viewer: 2, source: 0, concepts: ['fox'] },
    { viewer: 3, source: 2, concepts: ['bear'] },
  ];

  it('given a chain, then all of it, and nobody who only looks on', () => {
    expect(closure(edges, [3])).toEqual([0, 1, 2, 3]);
    expect(closure(edges, [0])).toEqual([0, 1]);
    expect(closure(edges, [4])).toEqual([4]);
  });

  it('given any story, then a closure looks at nothing outside it', () => {
    fc.assert(
      fc.property(stories, anchorCounts, fc.nat(), (panels, anchors, pick) => {
        fc.pre(panels.length > 0);
        const all = sharingEdges(panels, anchors);
        const kept = closure(all, [pick % panels.length]);
        expect(kept).toContain(pick % panels.length);
        for (const { viewer, source } of all) if (kept.includes(viewer)) expect(kept).toContain(source);
      }),
    );
  });
});
