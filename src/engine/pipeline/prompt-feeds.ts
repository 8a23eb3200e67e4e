import type { Grid } from '../consistory/subject-mask.ts';
import { tokenOwners } from '../consistory/token-owners.ts';
import type { PicturePart } from '../consistory/unet-rows.ts';
import { int64Tensor, type TensorValue } from '../runtime/tensor-value.ts';

/**
 * Which prompt each token of each row hears, as the graph takes it: the row's own, or that of the part of the picture
 * that it lies in. Prompts of parts stand behind those of the rows, in the rows' order.
 * @param parts of each row of the batch, with masks over `maskGrid`
 * @param levels with attention
 */
export function promptFeeds(
  parts: readonly (readonly PicturePart[])[],
  levels: readonly Grid[],
  maskGrid: Grid,
): Record<string, TensorValue> {
  const rows = parts.map((_, row) => row);
  const feeds: Record<string, TensorValue> = {
    prompt_row: int64Tensor([...rows, ...rows.flatMap((row) => (parts[row] ?? []).map(() => row))]),
  };
  for (const level of levels) {
    const tokens = level.height * level.width;
    let before = rows.length; // prompts
    const answers = parts.flatMap((own, row) => {
      const masks = own.map(({ mask }) => mask);
      const prompts = [row, ...own.map((_, part) => before + part)];
      before += own.length;
      return [...tokenOwners(masks, maskGrid, level)].map(
        (owner, token) => (prompts[owner] as number) * tokens + token,
      );
    });
    feeds[`prompt_answer_${level.height}`] = int64Tensor(answers);
  }
  return feeds;
}
