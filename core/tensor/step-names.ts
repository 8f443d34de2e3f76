/** Outputs of a step that become inputs of the next one have this before their names. */
export const NEXT = 'next.';
