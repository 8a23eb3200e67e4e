/** What is stored, and the ending of its file, so that people can open what lies in the folder. */
const ENDINGS: readonly (readonly [mediaType: string, ending: string])[] = [
  ['image/png', 'png'],
  ['image/jpeg', 'jpg'],
  ['image/webp', 'webp'],
  ['image/gif', 'gif'],
  ['application/pdf', 'pdf'],
  ['application/zip', 'zip'],
  ['application/json', 'json'],
  ['application/x-troupe-canon', 'canon'],
  ['application/x-safetensors', 'safetensors'],
  ['application/octet-stream', 'bin'],
];

export function endingOf(mediaType: string): string {
  const ending = ENDINGS.find(([known]) => known === mediaType)?.[1];
  if (ending === undefined) throw new Error(`Add an ending for ${mediaType} to src/blobs/media-types.ts.`);
  return ending;
}

export function mediaTypeOf(ending: string): string | undefined {
  return ENDINGS.find(([, known]) => known === ending)?.[0];
}
