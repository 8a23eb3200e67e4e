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
    const answers = new BigInt64Array(rows.length * tokens);
    for (let token = 0; token < answers.length; token++) answers[token] = BigInt(token);
    let before = rows.length; // prompts
    for (const [row, own] of parts.entries()) {
      if (own.length === 0) continue;
      const owners = tokenOwners(
        own.map(({ mask }) => mask),
        maskGrid,
        level,
      );
      for (const [token, owner] of owners.entries()) {
        if (owner > 0) answers[row * tokens + token] = BigInt((before + owner - 1) * tokens + token);
      }
      before += own.length;
    }
    feeds[`prompt_answer_${level.height}`] = { type: 'int64', shape: [answers.length], data: answers };
  }
  return feeds;
}
