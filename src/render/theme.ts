/** Colours of a page, CSS hex. */
export interface Theme {
  readonly paper: string;
  readonly ink: string;
  /** Footers and other words that stand back. */
  readonly faintInk: string;
  readonly outline: string;
  readonly badge: string;
  readonly badgeInk: string;
}

/** A storybook's warm paper. */
export const LIGHT_THEME: Theme = {
  paper: '#fdf8ee',
  ink: '#3a2e28',
  faintInk: '#9a8b7c',
  outline: '#3a2e28',
  badge: '#fdf8ee',
  badgeInk: '#3a2e28',
};

/** For night stories and dark chats. */
export const DARK_THEME: Theme = {
  paper: '#23212b',
  ink: '#f3ead9',
  faintInk: '#8f889b',
  outline: '#0f0e13',
  badge: '#23212b',
  badgeInk: '#f3ead9',
};
