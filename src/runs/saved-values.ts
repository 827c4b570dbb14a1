import * as v from 'valibot';
import { fieldNames } from './fields.ts';

/** Values of a step as they outlive the exporter: any numbers, NaN and infinities too. */
export const savedValues = v.record(v.picklist(fieldNames), v.union([v.number(), v.nan()]));
