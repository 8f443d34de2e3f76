/** A name under which a service is bound in a job's container, carrying the type of the service. */
export interface Token<T> {
  readonly key: symbol;
  readonly name: string;
  /** Never present at run time; lets TypeScript infer what the token gives. */
  readonly type?: T;
}

/** Makes a token. The same name gives the same token, also across two copies of the package. */
export function token<T>(name: string): Token<T> {
  return { key: Symbol.for(`biagraph:${name}`), name };
}

/** Services that a node asks for, by the name it wants to use. */
export type Needs = Record<string, Token<unknown>>;

/** The services themselves. */
export type Resolved<N extends Needs> = { [K in keyof N]: N[K] extends Token<infer T> ? T : never };
