import type { ConceptRows } from './consistory/mask-tracker.ts';
import type { OwnPrompts } from './consistory/separation.ts';
import type { Concept, PanelRequest } from './draw-story.ts';
import type { EncodedPrompt } from './pipeline/text-encoding.ts';
import { conceptColumns } from './tokenizer/concept-columns.ts';
import { saidOfEach } from './tokenizer/said-of-each.ts';

/** The token columns of a panel's concepts, each once, and which of them belong to which concept's words. */
export function attentionColumns(
  prompt: EncodedPrompt,
  panel: PanelRequest,
  concepts: readonly Concept[],
): { columns: number[]; rows: ConceptRows } {
  const columns: number[] = [];
  const mapRow = (column: number): number => {
    if (!columns.includes(column)) columns.push(column);
    return columns.indexOf(column);
  };
  const shown = conceptsOf(panel, concepts);
  const words = conceptColumns(prompt.tokens, shown);
  const rows = shown.map(({ name }, i) => [name, words[i]?.map((word) => word.map(mapRow)) ?? []] as const);
  // fromEntries, so that a character called "__proto__" is one
  return { columns, rows: Object.fromEntries(rows) };
}

/** By panel and concept what the panel's prompt says of that one alone; nothing for panels of a single concept. */
export async function encodeOwnPrompts(
  encode: (prompts: readonly string[]) => Promise<EncodedPrompt[]>,
  panels: readonly PanelRequest[],
  prompts: readonly EncodedPrompt[],
  concepts: readonly Concept[],
): Promise<OwnPrompts[]> {
  const told = panels.map((panel, i) => {
    const shown = conceptsOf(panel, concepts);
    return shown.length > 1 ? [...saidOfEach((prompts[i] as EncodedPrompt).tokens, shown)] : [];
  });
  const different = [...new Set(told.flatMap((said) => said.map(([, text]) => text)))];
  const encoded = different.length > 0 ? await encode(different) : [];
  const encodedOf = (text: string) => encoded[different.indexOf(text)] as EncodedPrompt;
  return told.map((said) => Object.fromEntries(said.map(([name, text]) => [name, encodedOf(text)])));
}

const conceptsOf = (panel: PanelRequest, concepts: readonly Concept[]): Concept[] =>
  panel.concepts.flatMap((name) => concepts.find((concept) => concept.name === name) ?? []);
