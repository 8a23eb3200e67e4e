import { once } from 'node:events';
import { createServer } from 'node:http';
import { UserError } from '../errors/user-error.ts';
import { type Clock, systemClock } from './clock.ts';
import { Gateway } from './gateway/gateway.ts';
import { PageRequests } from './page-server/page-requests.ts';
import { PageSocket } from './page-server/page-socket.ts';
import { servePage, takeUpload } from './page-server/serve-page.ts';
import { HOST, Rehearsal } from './rehearsal.ts';
import { RestApi } from './rest/rest-api.ts';
import { serveAttachment } from './rest/serve-attachment.ts';
import { seedWorld } from './seed-world.ts';
import { World } from './state/world.ts';

export interface RehearsalOptions {
  readonly clock?: Clock;
  /** 0: any free port. */
  readonly port?: number;
  /** What the bot logs in with. */
  readonly token?: string;
  readonly botName?: string;
  /** Privileged intents (bits) that the application was granted; Discord grants none unasked. */
  readonly privilegedIntents?: number;
}

export const RehearsalServer = {
  /** Opens a room on this machine. @throws UserError `room-port` */
  async start(options: RehearsalOptions = {}): Promise<Rehearsal> {
    const {
      clock = systemClock,
      port = 0,
      token = 'rehearsal.room.token',
      botName = 'Troupe',
      privilegedIntents = 0,
    } = options;
    const world = new World(clock, botName);
    const guild = seedWorld(world);
    world.ids.found();
    const gateway = new Gateway(world, { token, privilegedIntents });
    const rest = new RestApi(world, { token, gatewayUrl: () => gateway.url });
    const server = createServer();
    server.listen(port, HOST);
    await once(server, 'listening').catch((error: unknown) => Promise.reject(explainPort(error, port)));
    const room = new Rehearsal({ world, gateway, rest, guild, token, server });
    const requests = new PageRequests(room);
    const page = new PageSocket(room, requests);
    server.on('request', (request, response) => {
      // A name that is not this machine's, pointed at it by a foreign page: not our page's request.
      if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) response.writeHead(403).end();
      else {
        const path = (request.url ?? '/').replace(/\?.*$/, '');
        if (path.startsWith('/api/')) void rest.handle(request, response);
        else if (path.startsWith('/attachments/')) serveAttachment(world, path, response);
        else if (path === '/room/uploads' && request.method === 'POST') void takeUpload(requests, request, response);
        else void servePage(path, response);
      }
    });
    server.on('upgrade', (request, socket, head) => {
      if (request.url?.startsWith('/gateway')) gateway.accept(request, socket, head);
      else if (request.url === '/room') page.accept(request, socket, head);
      else socket.destroy();
    });
    world.events.subscribe(({ type }) => type === 'closed' && page.close());
    return room;
  },
};

/** Most often it is another room that was left open. */
function explainPort(error: unknown, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error;
  return new UserError('room-port', {
    expected: `port ${port} to be free for the rehearsal room`,
    got: code === 'EACCES' ? 'one that this user may not open' : 'one that another program uses',
    todo: 'End that program (another room, perhaps), or set REHEARSAL_PORT in .env to another port, or to 0 for any.',
  });
}
