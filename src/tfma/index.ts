export { missingSlice } from './evaluation.ts';
export { filesOf, readFolder } from './read-folder.ts';
export type { FolderEvaluation, FolderFiles } from './read-folder.ts';
