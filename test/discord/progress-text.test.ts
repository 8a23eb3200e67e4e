import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type OpenJob, progressText } from '../../src/discord/progress-text.ts';
import { de } from '../../src/i18n/de.ts';
import { en } from '../../src/i18n/en.ts';
import type { Job } from '../../src/store/job.ts';

const job = (change: Partial<Job> = {}): Job => ({
  id: 'j',
  kind: 'draw-story',
  payload: {},
  status: 'running',
  priority: 0,
  memberId: '1',
  scope: { kind: 'guild', guildId: '2' },
  channelId: '3',
  storyId: null,
  messageId: null,
  nonce: null,
  idempotencyKey: null,
  attempts: 1,
  nextAttemptAt: new Date(0),
  progress: null,
  result: null,
  errorCode: null,
  errorContext: null,
  leasedBy: null,
  leaseUntil: null,
  cancelRequestedAt: null,
  createdAt: new Date(0),
  startedAt: null,
  finishedAt: null,
  ...change,
});
const open = (change: Partial<OpenJob>): OpenJob => ({
  job: job(),
  place: undefined,
  progress: undefined,
  panel: undefined,
  ...change,
});

test('given a waiting job, then its place is told', () => {
  const waiting = { job: job({ status: 'queued' }) };
  expect(progressText(open({ ...waiting, place: 1 }), en, 0)).toBe('**Drawing the story** · next in the queue');
  expect(progressText(open({ ...waiting, place: 4 }), en, 0)).toBe('**Drawing the story** · number 4 in the queue');
  expect(progressText(open({ ...waiting, place: 4 }), de, 0)).toContain('Nummer 4 in der Schlange');
});

test('given measured steps, then the end is a timestamp that clients count down', () => {
  const progress = { phase: 'sample', share: 0.5, remainingMs: 90_000 } as const;
  expect(progressText(open({ progress }), en, 1_000_000)).toBe(
    '**Drawing the story**\n▰▰▰▰▰▰▱▱▱▱▱▱ 50 % · sketching · done <t:1090:R>',
  );
  const unknown = { ...progress, remainingMs: undefined };
  expect(progressText(open({ progress: unknown }), en, 0)).not.toContain('<t:');
});

test('given a redraw, then the panel is named; given a cancel, then that it stops', () => {
  expect(progressText(open({ job: job({ kind: 'redraw-panel' }), panel: 3 }), en, 0)).toContain('Drawing panel 3 anew');
  expect(progressText(open({ job: job({ cancelRequestedAt: new Date(1) }) }), en, 0)).toContain('stopping…');
});

test('given any share, then the bar has twelve cells and the percentage lies between 0 and 100', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (share) => {
      const text = progressText(open({ progress: { phase: 'inject', share, remainingMs: undefined } }), en, 0);
      expect(text.match(/[▰▱]/gu)).toHaveLength(12);
      const percentage = Number(/(\d+) %/u.exec(text)?.[1]);
      expect(percentage).toBeGreaterThanOrEqual(0);
      expect(percentage).toBeLessThanOrEqual(100);
    }),
  );
});
