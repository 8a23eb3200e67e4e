import type { RasterImage } from '../engine/raster-image.ts';
import type { GuildSettings } from '../store/guild-settings.ts';
import { filterLevel, type LevelSettings } from './filter-level.ts';

/** Looks at pictures before anybody sees them. */
export interface PictureFilter {
  /** @throws Error if the picture could not be looked at: then it must not be shown either */
  look(picture: RasterImage): Promise<PictureVerdict>;
  close(): Promise<void>;
}

export interface PictureVerdict {
  readonly flagged: boolean;
  /** what it was flagged for, or would be the soonest */
  readonly label: string;
  /** of that label, 0 to 1 */
  readonly score: number;
}

/** `spoiler`: posted behind a spoiler. `withhold`: kept and not posted; its author is told. */
export type PictureTreatment = 'show' | 'spoiler' | 'withhold';

export type PictureSettings = LevelSettings & Pick<GuildSettings, 'pictureFilter' | 'spoilers'>;

/** What becomes of a flagged picture where a server has set nothing. */
export const DEFAULT_PICTURE_FILTER = 'spoiler';
const MILDER: Readonly<Record<PictureTreatment, PictureTreatment>> = {
  show: 'show',
  spoiler: 'show',
  withhold: 'spoiler',
};

/**
 * What becomes of a picture, by the settings. Behind an age gate that makes the prompt filter milder, this is a step
 * milder too.
 * @param verdict `undefined` where no filter is configured
 */
export function pictureTreatment(
  verdict: PictureVerdict | undefined,
  settings: PictureSettings,
  { ageGated }: { readonly ageGated: boolean },
): PictureTreatment {
  const mode = settings.pictureFilter ?? DEFAULT_PICTURE_FILTER;
  const strict: PictureTreatment = verdict?.flagged && mode !== 'off' ? mode : 'show';
  const isRelaxed = ageGated && filterLevel(settings, true) !== filterLevel(settings, false);
  const treatment = isRelaxed ? MILDER[strict] : strict;
  return treatment === 'show' && settings.spoilers === 'always' ? 'spoiler' : treatment;
}
