/** The command as it was typed, to be kept with the results. */
export function typedCommand(words: readonly string[] = process.argv.slice(2)): string {
  return ['biagraph', ...words.map(quote)].join(' ');
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
