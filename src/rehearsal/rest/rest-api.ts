import type { IncomingMessage, ServerResponse } from 'node:http';
import { DiscordError, refuse } from '../discord-error.ts';
import { uploadLimit } from '../state/places.ts';
import type { World } from '../state/world.ts';
import { errorLines } from '../validation/form-errors.ts';
import { type RestAnswer, readBody } from './call.ts';
import { RateLimits } from './rate-limits.ts';
import { Router } from './router.ts';
import { addApplicationRoutes } from './routes/applications.ts';
import { addInteractionRoutes } from './routes/interactions.ts';
import { addMessageRoutes } from './routes/messages.ts';
import { addPlaceRoutes } from './routes/places.ts';
import { addReactionRoutes } from './routes/reactions.ts';
import { addWebhookRoutes } from './routes/webhooks.ts';
import { TroubleDesk } from './trouble-desk.ts';

/** Ten files of the server's limit and some words: more is not even read. */
const MAX_FILES = 10;
const JSON_ROOM_BYTES = 1024 * 1024;
const KEPT_CALLS = 2_000;

export interface CallRecord {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** `POST /channels/:channel/messages`. */
  readonly route: string;
  readonly status: number;
}

/** REST v10: routes, authorisation, rate limits, trouble and the log of what was refused. */
export class RestApi {
  readonly rateLimits: RateLimits;
  readonly trouble: TroubleDesk;
  /** The last requests, oldest first. */
  readonly calls: CallRecord[] = [];
  readonly #router = new Router();
  readonly #world: World;
  readonly #token: string;

  constructor(world: World, { token, gatewayUrl }: { token: string; gatewayUrl: () => string }) {
    this.#world = world;
    this.#token = token;
    this.rateLimits = new RateLimits(world.clock);
    this.trouble = new TroubleDesk(world.clock);
    const startLimit = { total: 1000, remaining: 1000, reset_after: 0, max_concurrency: 1 };
    const gateway = () => ({ status: 200, body: { url: gatewayUrl(), shards: 1, session_start_limit: startLimit } });
    this.#router.add('GET', '/gateway/bot', gateway);
    this.#router.addOpen('GET', '/gateway', gateway);
    addApplicationRoutes(this.#router, world);
    addInteractionRoutes(this.#router, world);
    addWebhookRoutes(this.#router, world);
    addReactionRoutes(this.#router, world);
    addMessageRoutes(this.#router, world);
    addPlaceRoutes(this.#router, world);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://room');
    const method = request.method ?? 'GET';
    const path = url.pathname.replace(/^\/api(\/v\d+)?/, '');
    let route = `${method} ${path}`;
    let headers: Record<string, string> = {};
    let answer: RestAnswer;
    let refusal: DiscordError | undefined;
    let staged = false;
    try {
      const limit =
        MAX_FILES * Math.max(...[...this.#world.guilds.values(), undefined].map(uploadLimit)) + JSON_ROOM_BYTES;
      const { json, files } = await readBody(request, limit);
      await this.trouble.delay(() => this.#world.events.send({ type: 'troubleChanged' }));
      const match = this.#router.match(method, path);
      route = `${method} ${match.route.pattern}`;
      const trouble = this.trouble.take(method, match.route.pattern);
      if (trouble) {
        staged = true;
        headers = trouble.headers;
        answer = trouble;
        this.#world.events.send({ type: 'troubleChanged' });
        refusal = new DiscordError(trouble.status, 0, 'Staged trouble');
      } else {
        if (!match.route.open && request.headers.authorization !== `Bot ${this.#token}`) throw refuse('unauthorized');
        const { channel, guild, token } = match.params;
        const verdict = this.rateLimits.take(route, channel ?? guild ?? token ?? '');
        headers = verdict.headers;
        if (verdict.retryAfter !== undefined) {
          refusal = new DiscordError(429, 0, 'You are being rate limited.');
          answer = {
            status: 429,
            body: { message: refusal.message, retry_after: verdict.retryAfter, global: verdict.global },
          };
        } else {
          answer = await match.route.handler({
            method,
            path,
            query: url.searchParams,
            params: match.params,
            body: json,
            files,
          });
        }
      }
    } catch (error) {
      // The bot went away in the middle of its request: nobody is left to be answered.
      if (request.destroyed && !request.complete) return;
      refusal =
        error instanceof DiscordError ? error : new DiscordError(500, 0, `The room itself failed: ${String(error)}`);
      answer = { status: refusal.status, body: refusal.body() };
    }
    this.#record({ at: this.#world.clock.now(), method, path, route, status: answer.status });
    if (refusal) this.#report(`${method} ${path}`, answer.status, refusal, staged);
    respond(response, answer, headers);
  }

  #record(call: CallRecord): void {
    this.calls.push(call);
    if (this.calls.length > KEPT_CALLS) this.calls.shift();
  }

  #report(request: string, status: number, { code, message, errors }: DiscordError, staged: boolean): void {
    const details = errors ? errorLines(errors) : [];
    const at = this.#world.clock.now();
    this.#world.events.send({ type: 'refused', refusal: { at, request, status, code, message, details, staged } });
  }
}

function respond(response: ServerResponse, { status, body }: RestAnswer, headers: Record<string, string>): void {
  // discord.js parses whatever claims to be JSON: an empty 204 must not.
  if (body === undefined) response.writeHead(status, headers).end();
  else response.writeHead(status, { ...headers, 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
