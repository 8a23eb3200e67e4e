import { TimestampStyles, time } from 'discord.js';
import type { Messages } from '../i18n/messages.ts';
import type { Job } from '../store/job.ts';
import type { JobProgress } from '../studio/studio.ts';

/** A job that isn't over, as people see it. */
export interface OpenJob {
  readonly job: Job;
  /** 1: next; undefined once it runs. */
  readonly place: number | undefined;
  /** What it told last, if it has since the bot started. */
  readonly progress: JobProgress | undefined;
  /** The panel that it draws anew, by its place. */
  readonly panel: number | undefined;
}

const BAR_CELLS = 12;
const FULL = '▰';
const EMPTY = '▱';
const MS_PER_SECOND = 1000;

/** What is drawn, how far it is, and when it is done: two lines. The end is a timestamp, which clients count down. */
export function progressText({ job, place, progress, panel }: OpenJob, t: Messages, now: number): string {
  const what =
    panel === undefined ? (t.progress.jobs[job.kind] ?? t.progress.someJob) : t.progress.redrawing({ panel });
  if (job.cancelRequestedAt) return `**${what}** · ${t.progress.stopping}`;
  if (job.status === 'queued') return `**${what}** · ${placeText(place, t)}`;
  const { phase, share, remainingMs } = progress ?? { phase: 'waiting' as const, share: 0, remainingMs: undefined };
  const parts = [`${bar(share)} ${Math.floor(clamp(share) * 100)} %`, t.progress.phases[phase]];
  if (remainingMs !== undefined) {
    const seconds = Math.ceil((now + remainingMs) / MS_PER_SECOND);
    parts.push(t.progress.doneAt({ at: time(seconds, TimestampStyles.RelativeTime) }));
  }
  return `**${what}**\n${parts.join(' · ')}`;
}

export function placeText(place: number | undefined, t: Messages): string {
  if (place === undefined) return t.progress.phases.waiting;
  return place === 1 ? t.progress.next : t.progress.place({ place });
}

function bar(share: number): string {
  const full = Math.round(clamp(share) * BAR_CELLS);
  return FULL.repeat(full) + EMPTY.repeat(BAR_CELLS - full);
}

function clamp(share: number): number {
  return Math.min(Math.max(share, 0), 1);
}
