import type { Role } from '../port.js';

/** Colours of a role: of lines and names, on light and on dark ground. */
export interface RoleColour {
  light: string;
  dark: string;
}

// Roles that work side by side differ in lightness too, to be told apart with any kind of colour vision.
export const ROLE_COLOURS: Readonly<Record<Role, RoleColour>> = {
  loader: { light: '#0b5fa5', dark: '#6cb6ff' },
  filter: { light: '#4f6d7a', dark: '#9fb8c4' },
  preprocessor: { light: '#00796b', dark: '#56d4c4' },
  normalizer: { light: '#1b7f3b', dark: '#6bd68a' },
  augmenter: { light: '#8a6d00', dark: '#e3c341' },
  model: { light: '#b3261e', dark: '#ff8a80' },
  trainer: { light: '#a03c00', dark: '#ffab70' },
  stitcher: { light: '#6a3fa0', dark: '#c5a3ff' },
  postprocessor: { light: '#9c2c77', dark: '#f59ad7' },
  metric: { light: '#3d5a00', dark: '#b5d66b' },
  writer: { light: '#3f4a55', dark: '#adbac7' },
};
