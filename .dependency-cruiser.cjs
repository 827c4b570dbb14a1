// Who may import whom between the rooms of src/. The picture is in docs/architecture.md; a room is imported through its index.
const rooms = {
  // Ground: import no other room.
  series: [],
  config: ['plain-line'],
  stats: [],
  learn: ['stats'],
  protocol: [],
  listen: ['config'],
  simulate: [],
  programs: [],
  'event-files': [],
  // What outlives the exporter.
  snapshot: ['listen', 'series', 'config'],
  // Sources.
  collect: ['snapshot', 'series', 'config'],
  node: ['collect', 'programs', 'series', 'config'],
  gpu: ['collect', 'programs', 'snapshot', 'series', 'config'],
  kubernetes: ['collect', 'series', 'config'],
  // State and judgement.
  runs: ['snapshot', 'series', 'config', 'stats'],
  scalars: ['event-files', 'runs'],
  // Of the sources it knows the names and labels of their series, as types.
  detect: ['node', 'gpu', 'collect', 'runs', 'snapshot', 'stats', 'learn', 'series', 'config'],
  tfma: ['event-files', 'runs'],
  findings: ['detect', 'runs', 'snapshot', 'series', 'config'],
  // Edges.
  ingest: ['protocol', 'listen', 'event-files', 'scalars', 'tfma', 'runs', 'findings', 'series', 'config'],
  http: ['json', 'told', 'listen', 'collect', 'gpu', 'runs', 'findings', 'series', 'config'],
  client: ['protocol', 'version'],
  // What is made of the declarations.
  bundle: ['catalogue', 'detect', 'series'],
  check: [
    'catalogue',
    'collectors',
    'collect',
    'detect',
    'gpu',
    'ingest',
    'listen',
    'snapshot',
    'series',
    'plain-line',
  ],
  replay: ['event-files', 'scalars', 'tfma', 'detect', 'findings', 'runs', 'node', 'gpu', 'collect', 'stats', 'series'],
  'named-files': ['catalogue', 'collectors', 'listen'],
  'named-places': ['catalogue', 'ingest', 'listen', 'snapshot'],
  cli: [
    'app',
    'named-files',
    'named-places',
    'json',
    'plain-line',
    'check',
    'replay',
    'scalars',
    'simulate',
    'findings',
    'catalogue',
    'config',
    'version',
  ],
};

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'not-to-test',
      comment: 'Only tests import tests.',
      severity: 'error',
      from: { pathNot: '[.]test[.]ts$' },
      to: { path: '[.]test[.]ts$' },
    },
    {
      name: 'no-undeclared-package',
      severity: 'error',
      from: { path: '^src', pathNot: '[.]test[.]ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    },
    {
      name: 'through-the-index',
      comment: 'A room is imported through its index.ts, from other rooms and from the files above them.',
      severity: 'error',
      from: { path: '^src/([^/]+)', pathNot: '[.]test[.]ts$' },
      to: { path: '^src/[^/]+/.', pathNot: ['^src/$1(/|$)', '^src/[^/]+/index[.]ts$'] },
    },
    {
      name: 'room-without-rules',
      comment: 'A new room needs a line in the list above.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: [`^src/(${Object.keys(rooms).join('|')})/`] },
      to: { path: '^src/' },
    },
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `${room}-imports`,
      comment: `src/${room} may import: ${allowed.join(', ') || 'no other room'}.`,
      severity: 'error',
      from: { path: `^src/${room}/`, pathNot: '[.]test[.]ts$' },
      to: { path: '^src/', pathNot: [`^src/${room}/`, ...allowed.map((name) => `^src/${name}(/|[.]ts$)`)] },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
