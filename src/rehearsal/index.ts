/**
 * The rehearsal room: a loopback Discord that an unmodified discord.js logs in to.
 *
 * ```ts
 * const room = await RehearsalServer.start();                     // or { clock: new ManualClock() }
 * const client = new Client({ intents, rest: { api: room.api } }); // the bot, unmodified
 * await client.login(room.token);
 * await room.untilReady();                                         // connected, commands registered
 *
 * const alex = room.as('alex');                                    // in #stories; room.as('alex', 'dm') in private
 * const reply = await alex.slash('/story generate', { title: 'A day', panels: 'a | b' });
 * reply.kind;                                                      // 'message' | 'thinking' | 'modal' | …
 * const message = await reply.settled();                           // once "thinking…" is over
 * await room.until(() => message.text.includes('done'));           // no polling: looked at after every event
 * await alex.click(message, 'Redraw');                             // by label or custom id
 * await alex.select(message, 'panel', '2');
 * alex.react(message, '1️⃣');
 *
 * const asked = await alex.slash('/story generate');               // a bot that answers with a modal
 * await alex.submitModal(asked, { script: 'a fox wakes | a fox walks' });
 *
 * const choices = await alex.autocomplete('/story show', { story: 'ru' });
 *
 * room.trouble.dropGateway();                                      // the bot resumes and misses nothing
 * room.trouble.answerNext(429, 3, 'PATCH /channels');              // a storm, with retry_after
 * room.trouble.forbid('AddReactions');                             // 50013 from now on
 * room.refusals;                                                   // what Discord would have refused, and why
 * await room.stop();
 * ```
 *
 * People at the start: `mira` (moderator), `alex`, `nova` (joined this moment, speaks German).
 * Channels: `stories`, `casting`, `late-night` (age-gated), the thread `Winter tale`, and everyone's `dm`.
 */
export { type Clock, ManualClock, systemClock } from './clock.ts';
export { Actor, type MessageRef } from './driver/actor.ts';
export type { OptionValue, OptionValues } from './driver/fill-options.ts';
export type { Callable } from './driver/find-command.ts';
export type { ModalValues } from './driver/modal-values.ts';
export { Reply } from './driver/reply.ts';
export { SeenMessage } from './driver/seen-message.ts';
export { Trouble, type TroubleState } from './driver/trouble.ts';
export type { UntilOptions } from './driver/until.ts';
export { type NewMember, Rehearsal } from './rehearsal.ts';
export { type RehearsalOptions, RehearsalServer } from './rehearsal-server.ts';
export type { CallRecord } from './rest/rest-api.ts';
export type { NewGuild } from './seed-world.ts';
export type { UploadedFile } from './state/attachment-shelf.ts';
export type { Refusal, RoomEvent } from './state/events.ts';
export type { Channel, Guild, Person } from './state/places.ts';
