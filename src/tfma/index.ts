export { filesOf, readFolder } from './read-folder.ts';
export type { FolderEvaluation, FolderFiles } from './read-folder.ts';
