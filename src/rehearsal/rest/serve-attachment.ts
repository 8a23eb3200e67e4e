import type { ServerResponse } from 'node:http';
import type { World } from '../state/world.ts';

/** Answers GET /attachments/{id}/{name}. */
export function serveAttachment(world: World, path: string, response: ServerResponse): void {
  const id = /^\/attachments\/(\d+)\//.exec(path)?.[1] ?? '';
  const file = world.attachments.get(id);
  if (!file) {
    response.writeHead(404).end();
    return;
  }
  // Files are whatever a bot or person sent: only pictures are shown, nothing is ever run.
  const isPicture = /^image\/(png|jpeg|webp|gif|avif)$/.test(file.contentType);
  response.writeHead(200, {
    'Content-Type': isPicture ? file.contentType : 'application/octet-stream',
    'Content-Disposition': `${isPicture ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    'Content-Length': file.bytes.byteLength,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'private, max-age=31536000, immutable',
  });
  response.end(file.bytes);
}
