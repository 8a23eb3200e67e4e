import type { APIAttachment } from 'discord.js';
import { imageSize } from 'image-size';
import type { Snowflakes } from '../snowflake.ts';

export interface UploadedFile {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** Keeps uploaded files and serves them under /attachments/{id}/{name}. */
export class AttachmentShelf {
  readonly #ids: Snowflakes;
  readonly #files = new Map<string, UploadedFile>();
  /** Where the room is reached, known once it listens. */
  baseUrl = '';

  constructor(ids: Snowflakes) {
    this.#ids = ids;
  }

  add(file: UploadedFile, description?: string): APIAttachment {
    const id = this.#ids.next();
    this.#files.set(id, file);
    const url = `${this.baseUrl}/attachments/${id}/${encodeURIComponent(file.name)}`;
    return {
      id,
      filename: file.name,
      size: file.bytes.byteLength,
      content_type: file.contentType,
      url,
      proxy_url: url,
      ...(description !== undefined && { description }),
      ...pictureSize(file),
    };
  }

  get(id: string): UploadedFile | undefined {
    return this.#files.get(id);
  }

  remove(id: string): void {
    this.#files.delete(id);
  }
}

function pictureSize({ contentType, bytes }: UploadedFile): { width: number; height: number } | undefined {
  if (!contentType.startsWith('image/')) return undefined;
  try {
    const { width, height } = imageSize(bytes);
    return { width, height };
  } catch {
    // Discord, too, takes a broken picture as a plain file.
    return undefined;
  }
}
