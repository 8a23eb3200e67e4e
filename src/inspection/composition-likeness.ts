/** Latents have 4 channels in every model that Troupe runs (SDXL, SD 1.5 and 2.1, the pocket). */
const CHANNELS = 4;

/**
 * Correlation of two pictures' latents place by place, each channel about its own mean: 1 where the same is in the same
 * places, near 0 for pictures that were composed apart. What both have all over, such as light or a ground colour, does
 * not count.
 * @param one finished latents, [C, H, W]
 */
export function compositionLikeness(one: Float32Array, other: Float32Array): number {
  const area = one.length / CHANNELS;
  let [both, a, b] = [0, 0, 0];
  for (let start = 0; start < one.length; start += area) {
    const [middle, otherMiddle] = [meanOfPart(one, start, area), meanOfPart(other, start, area)];
    for (let i = start; i < start + area; i++) {
      const [x, y] = [(one[i] as number) - middle, (other[i] as number) - otherMiddle];
      both += x * y;
      a += x * x;
      b += y * y;
    }
  }
  return a > 0 && b > 0 ? both / Math.sqrt(a * b) : 0;
}

function meanOfPart(values: Float32Array, start: number, length: number): number {
  let sum = 0;
  for (let i = start; i < start + length; i++) sum += values[i] as number;
  return sum / length;
}
