/** A Python regular expression in JavaScript's spelling; they differ in how groups are named. Undefined if it is none. */
export function compilePython(pattern: string): RegExp | undefined {
  const spelled = pattern
    .replace(/\(\?P</g, '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replace(/\\A/g, '^')
    .replace(/\\Z/g, '$');
  const flags = /^\(\?([ims]+)\)/.exec(spelled);
  try {
    return flags ? new RegExp(spelled.slice(flags[0].length), flags[1]) : new RegExp(spelled);
  } catch {
    return undefined;
  }
}

/** Number of capture groups. */
export function countGroups(pattern: RegExp): number {
  // An empty alternative always matches, and lists every group.
  return new RegExp(`${pattern.source}|`).exec('')!.length - 1;
}
