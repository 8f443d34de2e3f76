/**
 * Gives each object the class that most of its pixels have.
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { productOf } from '../../core/image/sample.js';
import { classesOfObjects, withClasses } from '../../core/instances/object-classes.js';
import { defineNode } from '../../core/plugin/define.js';

export const objectClasses = defineNode({
  id: 'postprocessor/object-classes',
  role: 'postprocessor',
  summary: 'Finds the class of each object: two channels, labels and classes.',
  inputs: { main: ['labels'] },
  output: 'labels',
  parameters: Type.Object(
    {
      product: Type.String({ default: 'labels', description: 'Objects, which get a second channel of classes.' }),
      classes: Type.String({ default: 'channels', description: 'Product whose last channel holds class ids.' }),
    },
    { additionalProperties: false },
  ),
  memory: (_, { shape }) => shape.slice(0, -1).reduce((size, side) => size * side, 8),
  create:
    ({ product, classes }, _, place) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          const labels = productOf(sample, product, place.name);
          const both = withClasses(labels, classesOfObjects(labels, productOf(sample, classes, place.name)));
          return { ...sample, products: { ...sample.products, [product]: both } };
        }),
      ),
});
