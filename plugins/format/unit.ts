/** One name for the many spellings of the micrometre; other units as they are. */
export function unitName(unit: string): string {
  return /^(µm|μm|um|\\u00B5m|micron|microns|micrometer|micrometre)$/i.test(unit) ? 'micron' : unit;
}
