/**
 * Every tenth of matplotlib's "viridis" (Smith and van der Walt 2015, CC0): lightness grows evenly with the value, also
 * for colour-blind eyes and in grey print. Linear in between; differs from the table by less than 3 of 255.
 */
const VIRIDIS: readonly (readonly [number, number, number])[] = [
  [0x44, 0x01, 0x54],
  [0x48, 0x24, 0x75],
  [0x41, 0x44, 0x87],
  [0x35, 0x5f, 0x8d],
  [0x2a, 0x78, 0x8e],
  [0x21, 0x91, 0x8c],
  [0x22, 0xa8, 0x84],
  [0x44, 0xbf, 0x70],
  [0x7a, 0xd1, 0x51],
  [0xbd, 0xdf, 0x26],
  [0xfd, 0xe7, 0x25],
];

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
