import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Makes V8 hand back the pixels that nobody refers to any more.
 *
 * Left alone it waits until some 64 MB of buffers have come on top of those in use, which is as much again as a small
 * budget. A collection takes a few milliseconds, since the objects themselves are few.
 */
export function collectGarbage(): void {
  if (!collect) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
    setFlagsFromString('--no-expose-gc');
  }
  collect();
}
