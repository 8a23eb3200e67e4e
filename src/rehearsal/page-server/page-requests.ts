import { randomUUID } from 'node:crypto';
import type { PermissionsString } from 'discord.js';
import { z } from 'zod';
import { UserError } from '../../errors/user-error.ts';
import type { OptionValue } from '../driver/fill-options.ts';
import type { Reply } from '../driver/reply.ts';
import type { Rehearsal } from '../rehearsal.ts';
import type { UploadedFile } from '../state/attachment-shelf.ts';
import { pageCommand } from './page-view.ts';

const value = z.union([z.string(), z.number(), z.boolean(), z.object({ upload: z.string() })]);
const values = z.record(z.string(), value);
const place = { as: z.string(), channel: z.string() };
const permission = z.string().transform((name) => name as PermissionsString);

/** What the page may ask for. */
export const pageRequest = z.discriminatedUnion('act', [
  z.object({ act: z.literal('commands'), ...place }),
  z.object({ act: z.literal('slash'), ...place, call: z.string(), values }),
  z.object({ act: z.literal('autocomplete'), ...place, call: z.string(), values, focused: z.string() }),
  z.object({ act: z.literal('click'), ...place, message: z.string(), customId: z.string() }),
  z.object({
    act: z.literal('select'),
    ...place,
    message: z.string(),
    customId: z.string(),
    chosen: z.array(z.string()),
  }),
  z.object({
    act: z.literal('submitModal'),
    ...place,
    interaction: z.string(),
    inputs: z.record(z.string(), z.union([z.string(), z.array(z.string()), z.array(z.object({ upload: z.string() }))])),
  }),
  z.object({ act: z.literal('react'), ...place, message: z.string(), emoji: z.string(), on: z.boolean() }),
  z.object({ act: z.literal('say'), ...place, text: z.string().max(2000), uploads: z.array(z.string()) }),
  z.object({ act: z.literal('dismiss'), ...place, message: z.string() }),
  z.object({ act: z.literal('dropGateway'), resumable: z.boolean() }),
  z.object({ act: z.literal('askToReconnect') }),
  z.object({ act: z.literal('openGateway'), on: z.boolean() }),
  z.object({
    act: z.literal('answerNext'),
    status: z.number().int().min(400).max(599),
    times: z.number().int().min(1).max(1000),
    route: z.string().optional(),
  }),
  z.object({ act: z.literal('slowRest'), ms: z.number().min(0).max(60_000) }),
  z.object({ act: z.literal('expireTokens') }),
  z.object({ act: z.literal('forbid'), permission, on: z.boolean() }),
  z.object({ act: z.literal('enforceRateLimits'), on: z.boolean() }),
  z.object({ act: z.literal('deleteMessage'), message: z.string() }),
  z.object({ act: z.literal('clearTrouble') }),
]);
export type PageRequest = z.infer<typeof pageRequest>;

/** Carries out what the page asks for, by the same driver that tests use. */
export class PageRequests {
  readonly #room: Rehearsal;
  readonly #uploads = new Map<string, UploadedFile>();
  readonly #modals = new Map<string, Reply>();

  constructor(room: Rehearsal) {
    this.#room = room;
  }

  /** Keeps a file until it is used; returns what to call it by. */
  keepUpload(file: UploadedFile): string {
    const id = randomUUID();
    this.#uploads.set(id, file);
    return id;
  }

  /** @throws UserError where the person's own client would complain. */
  async carryOut(request: PageRequest): Promise<unknown> {
    const { trouble } = this.#room;
    switch (request.act) {
      case 'dropGateway':
        return trouble.dropGateway({ resumable: request.resumable });
      case 'askToReconnect':
        return trouble.askToReconnect();
      case 'openGateway':
        return trouble.openGateway(request.on);
      case 'answerNext':
        // A second: long enough to be seen on the page.
        return trouble.answerNext(request.status, request.times, request.route, { retryAfter: 1 });
      case 'slowRest':
        return trouble.slowRest(request.ms);
      case 'expireTokens':
        return trouble.expireToken();
      case 'forbid':
        return request.on ? trouble.forbid(request.permission) : trouble.allow(request.permission);
      case 'enforceRateLimits':
        return trouble.enforceRateLimits(request.on);
      case 'deleteMessage':
        return trouble.deleteMessage(request.message);
      case 'clearTrouble':
        return trouble.clear();
      default:
        return this.#act(request);
    }
  }

  async #act(request: Extract<PageRequest, { as: string }>): Promise<unknown> {
    const actor = this.#room.as(request.as, request.channel);
    switch (request.act) {
      case 'commands':
        return actor.commands().map((callable) => pageCommand(callable, actor.person.locale));
      case 'slash':
        return this.#told(await actor.slash(request.call, this.#values(request.values)));
      case 'autocomplete':
        return actor.autocomplete(request.call, this.#values(request.values), request.focused);
      case 'click':
        return this.#told(await actor.click(request.message, request.customId));
      case 'select':
        return this.#told(await actor.select(request.message, request.customId, ...request.chosen));
      case 'submitModal': {
        const shown = this.#modals.get(request.interaction);
        if (!shown) throw missing('a modal that is open', request.interaction);
        const inputs = Object.entries(request.inputs).map(([id, given]) => [
          id,
          Array.isArray(given) ? given.map((one) => (typeof one === 'string' ? one : this.#upload(one.upload))) : given,
        ]);
        const reply = await actor.submitModal(shown, Object.fromEntries(inputs));
        this.#modals.delete(request.interaction);
        return this.#told(reply);
      }
      case 'react':
        return request.on ? actor.react(request.message, request.emoji) : actor.unreact(request.message, request.emoji);
      case 'say':
        return actor.say(
          request.text,
          request.uploads.map((id) => this.#upload(id)),
        ).id;
      case 'dismiss':
        return actor.dismiss(request.message);
    }
  }

  #told(reply: Reply): { kind: string; interaction: string; modal?: unknown } {
    const { kind, interaction } = reply;
    if (kind !== 'modal') return { kind, interaction: interaction.id };
    this.#modals.set(interaction.id, reply);
    return { kind, interaction: interaction.id, modal: reply.modal };
  }

  #values(given: z.infer<typeof values>): Record<string, OptionValue> {
    const entries = Object.entries(given).map(([name, one]) => [
      name,
      typeof one === 'object' ? this.#upload(one.upload) : one,
    ]);
    return Object.fromEntries(entries);
  }

  #upload(id: string): UploadedFile {
    const file = this.#uploads.get(id);
    if (!file) throw missing('an uploaded file', id);
    return file;
  }
}

function missing(expected: string, got: string): UserError {
  return new UserError('page-out-of-date', { expected, got, todo: 'Load the page again' });
}
