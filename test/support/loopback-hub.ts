import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HostedRepo {
  readonly files: Readonly<Record<string, Buffer>>;
  readonly license?: string;
  /**
   * who may read it: everybody, those with this token, or (with any token) nobody
   * before they accept its licence: nothing of it, or (as gated models) its list but not its files */
  readonly access?: { readonly token: string } | 'licence' | 'consent';
}

/** A request for bytes of a file, as it came. */
export interface ByteRequest {
  readonly path: string;
  readonly from: number;
  readonly authorization: string | undefined;
}

const LARGE = 1000;
/** A test that asks more often than this goes round in circles. */
const MOST_REQUESTS = 5000;
const PAGE = 7;
const XET = 'application/vnd.xet-fileinfo+json';

const xetHeaders = (address: string, file: Buffer): Record<string, string> => ({
  'content-type': XET,
  etag: '"e"',
  'x-linked-size': String(file.length),
  'x-xet-hash': '0'.repeat(64),
  link: `<${address}/xet-auth>; rel="xet-auth", <${address}/xet-info>; rel="xet-reconstruction-info"`,
});

/**
 * A hub like Hugging Face's on this machine: the parts that fetching a model uses. Large files lie on another origin
 * behind a redirect, as there. Its misbehaviour is told by the test; none of it takes time.
 */
export class LoopbackHub {
  readonly requests: ByteRequest[] = [];
  /** the next answers with bytes end after so many of them, without a word */
  readonly cuts: number[] = [];
  /** the next requests of any kind are answered by these statuses */
  readonly failures: number[] = [];
  /** paths whose bytes arrive with one of them changed */
  readonly damaged = new Set<string>();
  /** paths of which half arrives, and then nothing */
  readonly stalled = new Set<string>();
  ignoresRanges = false;
  commit = 'c0ffee0000000000000000000000000000000000';
  readonly #repos: Record<string, HostedRepo>;
  readonly #server: http.Server;
  #count = 0;

  private constructor(repos: Record<string, HostedRepo>) {
    this.#repos = repos;
    this.#server = http.createServer((request, response) => this.#answer(request, response));
  }

  static async start(repos: Record<string, HostedRepo>): Promise<LoopbackHub> {
    const hub = new LoopbackHub(repos);
    await new Promise<void>((resolve) => hub.#server.listen(0, '127.0.0.1', resolve));
    return hub;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  host(name: string, repo: HostedRepo): void {
    this.#repos[name] = repo;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: http.IncomingMessage, response: http.ServerResponse): unknown {
    const url = new URL(request.url ?? '/', this.address);
    const failure = this.failures.shift();
    if (++this.#count > MOST_REQUESTS) {
      response.writeHead(418).end();
      return;
    }
    if (failure !== undefined) {
      response.writeHead(failure).end('out of order');
      return;
    }
    const cdn = /^\/cdn\/([^/]+\/[^/]+)\/(.+)$/.exec(url.pathname);
    if (cdn) return this.#sendFile(request, response, cdn[1] as string, decodeURIComponent(cdn[2] as string));
    const parts = /^\/(api\/models\/)?([^/]+\/[^/]+)\/(revision|tree|resolve)\/([^/]+)\/?(.*)$/.exec(url.pathname);
    if (!parts) {
      response.writeHead(404).end();
      return;
    }
    const [, , name, what, revision, path] = parts as unknown as [string, string, string, string, string, string];
    const repo = this.#repos[name];
    // as Hugging Face: who isn't known is not told whether a model exists
    const authorization = request.headers.authorization;
    if (!repo) return this.#json(response, authorization ? 404 : 401, { error: 'Repository not found' });
    if (repo.access === 'licence')
      return this.#json(response, authorization ? 403 : 401, { error: 'Access is restricted' });
    if (typeof repo.access === 'object' && authorization !== `Bearer ${repo.access.token}`)
      return this.#json(response, 401, { error: 'No.' });
    if (revision !== 'main' && revision !== this.commit) return this.#json(response, 404, { error: 'Invalid rev id' });
    if (what === 'revision') {
      const { license } = repo;
      const info = { _id: '1', id: name, sha: this.commit, private: false, gated: false, downloads: 1, likes: 1 };
      return this.#json(response, 200, { ...info, lastModified: '2026-01-01T00:00:00Z', cardData: { license } });
    }
    if (what === 'tree') return this.#list(response, repo, url);
    const file = repo.files[path];
    if (!file) {
      response.writeHead(404, { 'X-Error-Code': 'EntryNotFound' }).end();
      return;
    }
    if (repo.access === 'consent')
      return this.#json(response, authorization ? 403 : 401, { error: 'Access is restricted' });
    if (file.length < LARGE) return this.#sendFile(request, response, name, path);
    // a client that knows xet is told of it in place of the file's first byte
    if (request.headers.accept?.includes(XET)) return this.#json(response, 200, {}, xetHeaders(this.address, file));
    const elsewhere = this.address.replace('127.0.0.1', 'localhost');
    response.writeHead(302, { location: `${elsewhere}/cdn/${name}/${encodeURIComponent(path)}` }).end();
  }

  #list(response: http.ServerResponse, { files }: HostedRepo, url: URL): void {
    const entries = Object.entries(files).map(([path, bytes]) => ({
      type: 'file',
      path,
      size: bytes.length,
      oid: createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex'),
      ...(bytes.length >= LARGE && {
        lfs: { oid: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, pointerSize: 130 },
      }),
    }));
    const from = Number(url.searchParams.get('cursor') ?? 0);
    url.searchParams.set('cursor', String(from + PAGE));
    const next: Record<string, string> = from + PAGE < entries.length ? { Link: `<${url.href}>; rel="next"` } : {};
    this.#json(response, 200, entries.slice(from, from + PAGE), next);
  }

  #sendFile(request: http.IncomingMessage, response: http.ServerResponse, name: string, path: string): void {
    const file = this.#repos[name]?.files[path] as Buffer;
    const range = this.ignoresRanges ? null : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const from = Number(range?.[1] ?? 0);
    const to = range?.[2] ? Number(range[2]) : file.length - 1;
    const body = Buffer.from(file.subarray(from, to + 1));
    const isProbe = range?.[0] === 'bytes=0-0';
    if (!isProbe) this.requests.push({ path, from, authorization: request.headers.authorization });
    const where = range ? { 'content-range': `bytes ${from}-${to}/${file.length}` } : {};
    response.writeHead(range ? 206 : 200, { 'content-length': body.length, etag: '"e"', ...where });
    if (isProbe) {
      response.end(body);
      return;
    }
    if (this.damaged.has(path) && body.length > 0) body[body.length >> 1] = (body[body.length >> 1] as number) ^ 1;
    const cut = this.stalled.has(path) ? body.length >> 1 : this.cuts.shift();
    if (cut === undefined || cut >= body.length) {
      response.end(body);
      return;
    }
    response.write(body.subarray(0, cut), () => {
      if (!this.stalled.has(path)) response.socket?.end();
    });
    if (cut === 0) response.flushHeaders();
  }

  #json(response: http.ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
  }
}
