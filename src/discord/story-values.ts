import type { Layout, LoraRequest } from '../studio/studio.ts';

export const LAYOUTS = ['auto', 'row', 'column', 'square'] as const satisfies readonly Layout[];

export function readLayout(value: string | undefined): Layout | undefined {
  return LAYOUTS.find((layout) => layout === value);
}

interface LoraValues {
  readonly lora?: string;
  readonly 'lora-weight'?: number;
}

/** A LoRA as it was made, unless a weight is given. */
export function loraOf({ lora, 'lora-weight': weight = 1 }: LoraValues): LoraRequest | undefined {
  return lora === undefined ? undefined : { name: lora, weight };
}

/** "noir", "noir 0.8" */
export function loraText({ name, weight }: LoraRequest): string {
  return weight === 1 ? name : `${name} ${weight}`;
}

/** "Rusty, @Bruno" */
export function splitNames(value: string | undefined): string[] {
  const names = (value ?? '').split(/[,;\n]/u).map((name) => name.trim());
  return names.filter((name) => name !== '');
}
