/** Colours in a terminal. */
const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export type Style = keyof typeof CODES;

/** The text in a style; as it is without colour. */
export function paint(text: string, style: Style, colour: boolean): string {
  return colour ? `\u001B[${CODES[style]}m${text}\u001B[0m` : text;
}

/** Whether a stream shows colours: a terminal, unless `NO_COLOR` is set. */
export function hasColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !process.env['NO_COLOR'];
}
