import { expect, onTestFinished, test } from 'vitest';
import { UserError } from '../../src/errors/user-error.ts';
import { RehearsalServer } from '../../src/rehearsal/index.ts';

test('given a port that is taken, then it is refused with what to do, and the room that has it goes on', async () => {
  const room = await RehearsalServer.start();
  onTestFinished(() => room.stop());
  const port = Number(new URL(room.url).port);
  const refused = await RehearsalServer.start({ port }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UserError);
  expect((refused as UserError).message).toContain(`Expected port ${port} to be free`);
  expect((refused as UserError).message).toContain('REHEARSAL_PORT');
  expect((await fetch(room.url)).status).toBe(200);
});

test('given a room that is opened again, then its server, people and places are the same, and what comes later is new', async () => {
  const idsOf = async () => {
    const room = await RehearsalServer.start();
    onTestFinished(() => room.stop());
    const mira = room.as('mira');
    const { id: added } = room.addGuild({ name: 'Elsewhere' });
    return { lasting: [room.guild.id, mira.person.id, mira.channel.id, room.as('mira', 'dm').channel.id], added };
  };
  const [first, second] = [await idsOf(), await idsOf()];
  expect(second.lasting).toEqual(first.lasting);
  expect(new Set([...first.lasting, first.added]).size).toBe(5);
  expect(BigInt(first.added)).toBeGreaterThan(BigInt(first.lasting.at(-1) ?? 0));
});
