/** Our side of one measure: worker.ts <place in the list of cases> <folder>. */
import { serve } from '../work.js';
import { dataCases } from './cases.js';

const [place, folder] = process.argv.slice(2);
await serve({}, await dataCases[Number(place)].prepare(folder));
