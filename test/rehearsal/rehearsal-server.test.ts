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
