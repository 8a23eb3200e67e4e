/**
 * Every eighth of the 256 colours of matplotlib's "viridis" (Smith and van der Walt 2015, CC0): lightness grows evenly
 * with the value, also for colour-blind eyes and in grey print. In between it is linear, within 2 of 255 of the table.
 */
const VIRIDIS: readonly (readonly number[])[] = (
  '440154 460c5f 47186a 482273 472c7b 453681 424085 3e4989 3a528b 365a8c 32628d ' +
  '2f6a8d 2c728e 287a8e 26818e 23898d 20908c 1e978a 1e9e88 21a685 27ad80 31b47a ' +
  '3dbb74 4cc26c 5cc862 6ece58 81d34c 95d73f aadb32 bfdf24 d4e11a e9e419 fde724'
)
  .split(' ')
  .map((hex) => [0, 2, 4].map((digit) => Number.parseInt(hex.slice(digit, digit + 2), 16)));

/** @param value 0 to 1, clamped. @returns RGB, 0 to 255. */
export function viridis(value: number): [number, number, number] {
  const position = Math.min(1, Math.max(0, value)) * (VIRIDIS.length - 1);
  const index = Math.min(VIRIDIS.length - 2, Math.floor(position));
  const [low, high] = [VIRIDIS[index], VIRIDIS[index + 1]];
  const mix = (channel: 0 | 1 | 2): number => {
    const from = low?.[channel] ?? 0;
    return Math.round(from + ((high?.[channel] ?? 0) - from) * (position - index));
  };
  return [mix(0), mix(1), mix(2)];
}
