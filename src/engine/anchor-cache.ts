import type { AnchorRecord } from './consistory/anchor-record.ts';
import type { DrawnPanel } from './draw-story.ts';

/** Anchors that were drawn once: what others look at, and how they came out. */
export interface RememberedAnchors {
  readonly record: AnchorRecord;
  /** in the record's order */
  readonly drawn: readonly DrawnPanel[];
}

/** Keeps the anchors of the last stories within a limit; those that were not asked for the longest go first. */
export class AnchorCache {
  readonly mostBytes: number;
  /** in the order in which they were last asked for */
  private readonly entries = new Map<string, RememberedAnchors>();
  private held = 0;

  constructor(mostBytes: number) {
    this.mostBytes = mostBytes;
  }

  /** bytes that are held */
  get bytes(): number {
    return this.held;
  }

  get(key: string): RememberedAnchors | undefined {
    const found = this.entries.get(key);
    if (!found) return undefined;
    this.entries.delete(key);
    this.entries.set(key, found);
    return found;
  }

  set(key: string, anchors: RememberedAnchors): void {
    this.remove(key);
    if (sizeOf(anchors) > this.mostBytes) return;
    this.entries.set(key, anchors);
    this.held += sizeOf(anchors);
    for (const oldest of this.entries.keys()) {
      if (this.held <= this.mostBytes) break;
      this.remove(oldest);
    }
  }

  private remove(key: string): void {
    const found = this.entries.get(key);
    if (!found) return;
    this.entries.delete(key);
    this.held -= sizeOf(found);
  }
}

function sizeOf({ record, drawn }: RememberedAnchors): number {
  return drawn.reduce((sum, { image, latents }) => sum + image.rgb.byteLength + latents.byteLength, record.bytes);
}
