/** How numbers are told in the report. */
export const factor = (value: number): string => `${value.toFixed(2)} ×`;
export const ms = (value: number): string => `${value.toFixed(0)} ms`;
export const seconds = (milliseconds: number): string => `${(milliseconds / 1e3).toFixed(1)} s`;
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
export const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
export const giga = (operations: number): string => (operations / 1e9).toFixed(1);

export const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
