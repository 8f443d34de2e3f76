/** Background subtraction and a small network: an example of a Biagraph plugin as a package of plain JavaScript. */
import { definePlugin } from 'biagraph';
import { subtract } from './subtract.js';
import { tiny } from './tiny.js';

export default definePlugin({
  name: 'background',
  version: '1.0.0',
  biagraph: '>=0.1 <1',
  nodes: [subtract],
  models: [tiny],
});
