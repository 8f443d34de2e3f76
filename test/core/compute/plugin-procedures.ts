/** A module as plugins have them: it imports `biagraph` by its name, for worker threads to call. */
import { threadId } from 'node:worker_threads';
import { defineStep } from 'biagraph';

export const here = import.meta.url;

export function look(): { thread: number; defineStep: string } {
  return { thread: threadId, defineStep: typeof defineStep };
}
