import type { Layout } from '../studio/studio.ts';

export const LAYOUTS = ['auto', 'row', 'column', 'square'] as const satisfies readonly Layout[];

export function readLayout(value: string | undefined): Layout | undefined {
  return LAYOUTS.find((layout) => layout === value);
}

/** "Rusty, @Bruno" */
export function splitNames(value: string | undefined): string[] {
  const names = (value ?? '').split(/[,;\n]/u).map((name) => name.trim());
  return names.filter((name) => name !== '');
}
