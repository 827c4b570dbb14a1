import * as v from 'valibot';

/** Who speaks. Nobody checks it: who has the token is trusted. */
const authorText = 'expected a name of at most 100 characters';
export const author = v.pipe(v.string(authorText), v.trim(), v.minLength(1, authorText), v.maxLength(100, authorText));

const noteText = 'expected text of at most 500 characters';
export const note = v.pipe(v.string(noteText), v.trim(), v.maxLength(500, noteText));
