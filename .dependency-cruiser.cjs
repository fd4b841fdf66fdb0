/** The layers of docs/architecture.md: data flows one way, and only main.ts sees everything. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^(src|local|test|bench|scripts|ctfd)/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    only('core-imports-core', '^src/core/', '^src/core/', 'The lifecycle knows only its own ports.'),
    only('storage-imports-core', '^src/storage/', '^src/(core|storage)/', 'Storage fills core’s ports.'),
    only('backends-import-core', '^src/backends/', '^src/(core|backends)/', 'Backends fill core’s ports.'),
    only('functions-import-core', '^src/functions/', '^src/(core|functions)/', 'Handlers call core, never a client.'),
    only('identity-imports-nothing', '^src/identity/', '^src/identity/', 'One credential, no other concern.'),
    only('telemetry-imports-core', '^src/telemetry/', '^src/(core|telemetry)/', 'Telemetry fills core’s port.'),
    only('src-knows-no-other-folder', '^src/', '^src/', 'What is deployed knows nothing of what is around it.'),
    {
      name: 'backends-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/backends/([^/]+)/' },
      to: { path: '^src/backends/([^/]+)/', pathNot: '^src/backends/$1/' },
    },
    {
      name: 'core-is-plain',
      comment: 'No SDK in the lifecycle: zod and jose alone.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { path: 'node_modules', pathNot: 'node_modules/(zod|jose)/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/' }, to: {} },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
