import { refuse } from '../discord-error.ts';
import type { RestAnswer, RestCall } from './call.ts';

export type Handler = (call: RestCall) => RestAnswer | Promise<RestAnswer>;

export interface Route {
  readonly method: string;
  /** `/channels/:channel/messages`. */
  readonly pattern: string;
  /** Without the bot's token: what a webhook or interaction token opens. */
  readonly open: boolean;
  readonly handler: Handler;
}

export interface MatchedRoute {
  readonly route: Route;
  readonly params: Record<string, string>;
}

/** Finds the route of a request by its path's segments. */
export class Router {
  readonly #routes: Route[] = [];

  add(method: string, pattern: string, handler: Handler): void {
    this.#routes.push({ method, pattern, handler, open: false });
  }

  /** A route that needs no bot token. */
  addOpen(method: string, pattern: string, handler: Handler): void {
    this.#routes.push({ method, pattern, handler, open: true });
  }

  /** @throws DiscordError 404 or 405. */
  match(method: string, path: string): MatchedRoute {
    const segments = path.split('/');
    let known = false;
    for (const route of this.#routes) {
      const params = matchSegments(route.pattern.split('/'), segments);
      if (!params) continue;
      if (route.method === method) return { route, params };
      known = true;
    }
    throw refuse(known ? 'methodNotAllowed' : 'notFound');
  }
}

function matchSegments(pattern: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== path.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const given = decodeURIComponent(path[index] ?? '');
    if (wanted.startsWith(':')) params[wanted.slice(1)] = given;
    else if (wanted !== given) return undefined;
  }
  return params;
}
