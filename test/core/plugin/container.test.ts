import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';
import { EventBus } from '../../../core/job/events.js';
import { MemoryBudget } from '../../../core/job/memory.js';
import { JobContainer } from '../../../core/plugin/container.js';
import { defineNode, definePlugin, type Place } from '../../../core/plugin/define.js';
import { createRegistry } from '../../../core/plugin/registry.js';
import { services } from '../../../core/plugin/services.js';

const got: { bus: EventBus; budget: unknown; parameters: unknown; place: Place }[] = [];
const curious = defineNode({
  id: 'lab/curious',
  role: 'filter',
  summary: 'Keeps what it was given.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object({ radius: Type.Number({ default: 1 }) }),
  needs: { bus: services.events, budget: services.memory },
  create(parameters, { bus, budget }, place) {
    got.push({ bus, budget, parameters, place });
    return ({ main }) => main;
  },
});
const catalog = createRegistry([definePlugin({ name: 'lab', version: '1.0.0', nodes: [curious] })]);
const definition = catalog.node('lab/curious');
const place: Place = { name: 'curious', phase: 'test', demand: () => 0, onClose: () => {} };
const events = new EventBus();
const memory = new MemoryBudget(10);

describe('a node', () => {
  test('gets the services that it needs under the names it chose, its parameters and its place', () => {
    new JobContainer(catalog, { events, memory }).operator(definition, { radius: 2 }, place);
    expect(got.at(-1)).toEqual({ bus: events, budget: memory, parameters: { radius: 2 }, place });
  });

  test('gets those of its run before those of the job', () => {
    const scope = memory.scope();
    new JobContainer(catalog, { events, memory }).operator(definition, {}, place, { memory: scope });
    expect(got.at(-1)).toMatchObject({ bus: events, budget: scope });
    new JobContainer(catalog, { events, memory }).operator(definition, {}, place, { memory: undefined });
    expect(got.at(-1)?.budget).toBe(memory);
  });

  test('that needs what the job has not fails when it is made', () => {
    const poor = new JobContainer(catalog, { events });
    expect(() => poor.operator(definition, {}, place)).toThrow(/memory/);
    expect([poor.has(services.memory), poor.has(services.events)]).toEqual([false, true]);
  });
});

test('two jobs share nothing', () => {
  const [one, two] = [new EventBus(), new EventBus()].map((bus) => new JobContainer(catalog, { events: bus, memory }));
  expect(one.service(services.events)).not.toBe(two.service(services.events));
});
