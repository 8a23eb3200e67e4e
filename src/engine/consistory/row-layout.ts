/** Uncond and cond rows of a batch, or cond rows alone without guidance. Rows look at their own half only. */
export interface Half {
  readonly kind: 'uncond' | 'cond';
  /** among the halves of the whole batch, which may be more than one run has */
  readonly place: number;
  /** the row of an image in its run */
  row(image: number): number;
}

/**
 * Which row of a run is what: an uncond and a cond row of each image, and while queries are blended their vanilla twins,
 * which see the same latents but share nothing.
 */
export interface RowLayout {
  readonly images: number;
  readonly rows: number;
  readonly halves: readonly Half[];
  /** the row whose queries a row is blended with; itself if there are no twins */
  querySource(row: number): number;
}

export interface RowKinds {
  /** whether there are uncond rows: guidance by 1 or less needs none */
  readonly guided: boolean;
  readonly twins: boolean;
}

/**
 * All images of a story at one noise level: one run of the U-Net, or with twins one for each half, which never look at
 * each other. So twins, which double the rows of a few steps, don't take more memory than the other steps do.
 */
export function runLayouts(images: number, { guided, twins }: RowKinds): readonly RowLayout[] {
  const kinds: readonly Half['kind'][] = guided ? ['uncond', 'cond'] : ['cond'];
  const half = (kind: Half['kind'], place: number, before: number): Half => ({
    kind,
    place,
    row: (image) => before * images + image,
  });
  if (!twins) {
    const halves = kinds.map((kind, place) => half(kind, place, place));
    return [{ images, rows: halves.length * images, halves, querySource: (row) => row }];
  }
  return kinds.map((kind, place) => ({
    images,
    rows: 2 * images,
    halves: [half(kind, place, 0)],
    querySource: (row) => (row < images ? row + images : row),
  }));
}

/**
 * Whether classifier-free guidance leads anywhere: at 1 it gives the cond rows' prediction. Less than that is taken
 * for 1, as in diffusers, whose few-step models are told 0.
 */
export function isGuided(guidance: number): boolean {
  return guidance > 1;
}
