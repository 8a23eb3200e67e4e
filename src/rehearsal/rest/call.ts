import type { IncomingMessage } from 'node:http';
import { refuse } from '../discord-error.ts';
import type { UploadedFile } from '../state/attachment-shelf.ts';

/** A request as a route sees it. */
export interface RestCall {
  readonly method: string;
  /** Decoded, without /api and the version. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly files: readonly UploadedFile[];
}

export interface RestAnswer {
  readonly status: number;
  readonly body?: unknown;
}

export const ok = (body: unknown): RestAnswer => ({ status: 200, body });
export const done: RestAnswer = { status: 204 };

export interface RequestBody {
  readonly json: unknown;
  readonly files: readonly UploadedFile[];
}

/** @throws DiscordError 40005 for more than `limit` bytes, none of which is kept. */
export async function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    length += bytes.byteLength;
    if (length <= limit) chunks.push(bytes);
  }
  if (length > limit) throw refuse('tooLarge');
  return Buffer.concat(chunks);
}

/** Reads JSON, or multipart with `payload_json` and `files[n]`. */
export async function readBody(request: IncomingMessage, limit: number): Promise<RequestBody> {
  const raw = await readBytes(request, limit);
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return { json: parseJson(raw.toString('utf8')), files: [] };
  const form = await new Response(raw, { headers: { 'content-type': type } }).formData();
  const files: [number, UploadedFile][] = [];
  let json: unknown = {};
  for (const [key, value] of form) {
    const index = /^files\[(\d+)\]$/.exec(key)?.[1];
    if (key === 'payload_json' && typeof value === 'string') json = parseJson(value);
    else if (typeof value !== 'string') {
      const bytes = new Uint8Array(await value.arrayBuffer());
      files.push([Number(index ?? files.length), { name: value.name, contentType: value.type, bytes }]);
    }
  }
  return { json, files: files.sort(([a], [b]) => a - b).map(([, file]) => file) };
}

function parseJson(text: string): unknown {
  if (text.length === 0) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw refuse('invalidJson');
  }
}
