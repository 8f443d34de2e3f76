/** Our side of one measure: worker.ts <place in the list of cases> <folder>. */
import { serve } from '../work.js';
import { postprocessingCases } from './cases.js';

const [place, folder] = process.argv.slice(2);
const work = await postprocessingCases[Number(place)].prepare(folder);
await serve({}, work);
