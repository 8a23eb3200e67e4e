import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { readBytes } from '../rest/call.ts';
import type { PageRequests } from './page-requests.ts';

const FOLDER = new URL('../page/', import.meta.url);
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** Everything comes from the room itself; pictures in a bot's embeds may come from elsewhere. */
const POLICY =
  "default-src 'self'; img-src 'self' https: data: blob:; style-src 'self'; connect-src 'self' ws://127.0.0.1:* ws://localhost:*; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const UPLOAD_LIMIT = 100 * 1024 * 1024;

/** Serves the page's files; there is no build step, so what lies in the folder is what runs. */
export async function servePage(path: string, response: ServerResponse): Promise<void> {
  const name = path === '/' ? 'index.html' : path.slice(1);
  const type = TYPES[extname(name)];
  // Only plain names of one or two steps: nothing can lead out of the folder.
  if (!type || !/^([a-z0-9-]+\/)?[a-z0-9-]+\.[a-z]+$/.test(name)) {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('There is no such page.');
    return;
  }
  try {
    const bytes = await readFile(new URL(name, FOLDER));
    response.writeHead(200, {
      'Content-Type': type,
      'Content-Security-Policy': POLICY,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-cache',
    });
    response.end(bytes);
  } catch {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('There is no such page.');
  }
}

/** POST /room/uploads?name=…: the bytes of one file; answers with the id by which a request may use it. */
export async function takeUpload(
  requests: PageRequests,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.headers.origin !== undefined && request.headers.origin !== `http://${request.headers.host}`) {
    response.writeHead(403).end();
    return;
  }
  try {
    const bytes = await readBytes(request, UPLOAD_LIMIT);
    const name = new URL(request.url ?? '/', 'http://room').searchParams.get('name') ?? 'file';
    const contentType = request.headers['content-type'] ?? 'application/octet-stream';
    const id = requests.keepUpload({ name, contentType, bytes });
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ id }));
  } catch {
    response.writeHead(413).end();
  }
}
