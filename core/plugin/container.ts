/**
 * Dependency injection: one inversify container for each job holds its services and the factories of all nodes.
 */
import { Container } from 'inversify';
import type { Catalog, NodeDefinition, Operator, Place } from './define.js';
import { type Services, services } from './services.js';
import type { Token } from './token.js';

type Factory = (parameters: Record<string, unknown>, place: Place, own: Partial<Services>) => Operator;

/** A job's container. */
export class JobContainer {
  private readonly container = new Container();

  /** @param values services of the job; a node that needs one that is missing fails when the graph starts. */
  constructor(catalog: Catalog, values: Partial<Services>) {
    for (const [name, value] of Object.entries(values))
      this.container.bind(services[name as keyof Services].key).toConstantValue(value);
    for (const definition of catalog.nodes()) this.bindNode(definition);
  }

  /** The operator of a node with its services injected; `own` are those that hold for one run of a graph only. */
  operator(
    definition: NodeDefinition,
    parameters: Record<string, unknown>,
    place: Place,
    own: Partial<Services> = {},
  ): Operator {
    return this.container.get<Factory>(nodeKey(definition.id))(parameters, place, own);
  }

  /** A service by its token. */
  service<T>(wanted: Token<T>): T {
    return this.container.get<T>(wanted.key);
  }

  /** Whether the job has a service. */
  has(wanted: Token<unknown>): boolean {
    return this.container.isBound(wanted.key);
  }

  private bindNode(definition: NodeDefinition): void {
    const names = Object.keys(definition.needs);
    const keys = names.map((name) => definition.needs[name].key);
    this.container.bind<Factory>(nodeKey(definition.id)).toResolvedValue((...resolved: unknown[]): Factory => {
      return (parameters, place, own) => {
        const service = (name: string, i: number) => own[definition.needs[name].name as keyof Services] ?? resolved[i];
        const injected = Object.fromEntries(names.map((name, i) => [name, service(name, i)]));
        return definition.create(parameters, injected, place);
      };
    }, keys);
  }
}

function nodeKey(id: string): symbol {
  return Symbol.for(`biagraph:node:${id}`);
}
