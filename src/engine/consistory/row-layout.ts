/**
 * Which row of the batch is what. All images of a story are one batch: uncond rows (none without guidance), cond rows,
 * and while queries are blended their vanilla twins, which see the same latents but share nothing.
 */
export interface RowLayout {
  readonly images: number;
  readonly rows: number;
  /** by half of the batch, uncond and cond, or cond alone: the row of an image. Rows look at their own half only. */
  readonly halves: readonly ((image: number) => number)[];
  /** undefined without guidance */
  readonly uncond: ((image: number) => number) | undefined;
  cond(image: number): number;
  /** the row whose queries a row is blended with; itself if there are no twins */
  querySource(row: number): number;
}

export interface RowKinds {
  /** whether there are uncond rows: guidance by 1 or less needs none */
  readonly guided: boolean;
  readonly twins: boolean;
}

export function rowLayout(images: number, { guided, twins }: RowKinds): RowLayout {
  const uncond = (image: number) => image;
  const cond = guided ? (image: number) => images + image : uncond;
  const halves = guided ? [uncond, cond] : [cond];
  const shared = halves.length * images;
  return {
    images,
    rows: twins ? 2 * shared : shared,
    halves,
    uncond: guided ? uncond : undefined,
    cond,
    querySource: (row) => (twins && row < shared ? row + shared : row),
  };
}

/**
 * Whether classifier-free guidance leads anywhere: at 1 it gives the cond rows' prediction. Less than that is taken
 * for 1, as in diffusers, whose few-step models are told 0.
 */
export function isGuided(guidance: number): boolean {
  return guidance > 1;
}
