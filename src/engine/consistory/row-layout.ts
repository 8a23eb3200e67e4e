/**
 * Which row of the batch is what. All images of a story are one batch: uncond rows, cond rows, and while queries are
 * blended their vanilla twins, which see the same latents but share nothing.
 */
export interface RowLayout {
  readonly images: number;
  readonly rows: number;
  uncond(image: number): number;
  cond(image: number): number;
  /** the row whose queries a row is blended with; itself if there are no twins */
  querySource(row: number): number;
}

export function rowLayout(images: number, twins: boolean): RowLayout {
  const shared = 2 * images;
  return {
    images,
    rows: twins ? 2 * shared : shared,
    uncond: (image) => image,
    cond: (image) => images + image,
    querySource: (row) => (twins && row < shared ? row + shared : row),
  };
}
