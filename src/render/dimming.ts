/** Outside the subject a debug picture keeps this share of its colour and of its brightness. */
const KEPT_COLOUR = 0.25;
const KEPT_BRIGHTNESS = 0.45;
// ITU-R BT.601 luma.
const LUMA = [0.299, 0.587, 0.114] as const;

/** The pixel as it is shown outside the subject: greyer and darker. */
export function dim(r: number, g: number, b: number): [number, number, number] {
  const luma = LUMA[0] * r + LUMA[1] * g + LUMA[2] * b;
  const shade = (channel: number): number => Math.round((luma + (channel - luma) * KEPT_COLOUR) * KEPT_BRIGHTNESS);
  return [shade(r), shade(g), shade(b)];
}
