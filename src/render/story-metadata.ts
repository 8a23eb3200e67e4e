import { z } from 'zod';
import { findText, insertTexts } from './png-chunks.ts';

const STORY_KEYWORD = 'troupe';
const FORMAT = 1;

const storyMetadataSchema = z.object({
  title: z.string().optional(),
  /** The story seed as given; a string where it passes 2^53. */
  seed: z.union([z.number().int(), z.string()]),
  /** Name, and hash if known, of the model that drew it. */
  model: z.string(),
  panels: z.array(
    z.object({
      /** What the model was given. */
      prompt: z.string(),
      /** The whole caption, also where the picture shows a shortened one. */
      caption: z.string().optional(),
      revision: z.number().int().nonnegative().optional(),
    }),
  ),
  /** Steps, guidance, mode and whatever else is needed to draw the story again. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

/** How a picture came to be; travels inside the PNG. */
export type StoryMetadata = z.infer<typeof storyMetadataSchema>;

const storedSchema = storyMetadataSchema.extend({ format: z.literal(FORMAT) });

/**
 * Writes two iTXt chunks into a PNG: `troupe` (JSON, for readStoryMetadata) and `Description` (for people and image
 * viewers). The same metadata gives the same bytes.
 */
export function withStoryMetadata(png: Buffer, metadata: StoryMetadata): Buffer {
  const stored = storedSchema.parse({ format: FORMAT, ...metadata });
  return insertTexts(png, { [STORY_KEYWORD]: JSON.stringify(stored), Description: describe(metadata) });
}

/** The story that a PNG by Troupe carries; undefined for any other file, a damaged one, or one of another format. */
export function readStoryMetadata(png: Uint8Array): StoryMetadata | undefined {
  const text = findText(png, STORY_KEYWORD);
  if (text === undefined) return undefined;
  try {
    const { format: _format, ...metadata } = storedSchema.parse(JSON.parse(text));
    return metadata;
  } catch {
    return undefined;
  }
}

function describe({ title, seed, model, panels, settings }: StoryMetadata): string {
  const settingsLine = Object.entries(settings)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ');
  return [
    ...(title ? [title] : []),
    ...panels.map(({ prompt }, index) => `${index + 1}. ${prompt}`),
    `Seed: ${seed}, Model: ${model}${settingsLine ? `, ${settingsLine}` : ''}`,
  ].join('\n');
}
