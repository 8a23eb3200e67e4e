/** Colours of a page, CSS hex: a storybook's warm paper. */
export const THEME = {
  paper: '#fdf8ee',
  ink: '#3a2e28',
  /** Footers and other words that stand back. */
  faintInk: '#9a8b7c',
  outline: '#3a2e28',
  badge: '#fdf8ee',
  badgeInk: '#3a2e28',
} as const;
