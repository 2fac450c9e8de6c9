// The import directions of the house (docs/explanation/layout.md), as a check. tools/imports/check.mjs runs it and fails
// when it has read no module.
const packages = ["dsp", "lda", "registry", "dag", "serve"];
const others = (name) => packages.filter((other) => other !== name);
const foreign = (name, names) => ({
  name: `${name}-imports-no-other-package`,
  comment: "packages meet by shape: ask for what you need structurally",
  severity: "error",
  from: { path: `^packages/${name}/src/` },
  to: { path: `^(packages/(${names.join("|")})/|node_modules/@p300/(${names.join("|")})/)` },
});

module.exports = {
  forbidden: [
    ...["dsp", "lda", "registry", "dag"].map((name) => foreign(name, others(name))),
    foreign("serve", ["dsp", "dag"]),
    {
      name: "serve-meets-the-registry-in-one-file",
      severity: "error",
      from: { path: "^packages/serve/src/", pathNot: "^packages/serve/src/registry\\.ts$" },
      to: { path: "^(packages/registry/|node_modules/@p300/registry/)" },
    },
    {
      name: "serve-meets-lda-in-one-file",
      severity: "error",
      from: { path: "^packages/serve/src/", pathNot: "^packages/serve/src/lda\\.ts$" },
      to: { path: "^(packages/lda/|node_modules/@p300/lda/)" },
    },
    {
      name: "nothing-imports-examples-or-tools",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: "^(examples|tools)/" },
    },
    {
      name: "no-other-package-by-path",
      comment: "examples and tools use packages by their published names",
      severity: "error",
      from: { path: "^(examples|tools)/" },
      to: { path: "^packages/[^/]+/src/" },
    },
    {
      name: "cli-is-the-outermost",
      severity: "error",
      from: { path: "^packages/[^/]+/src/", pathNot: "^packages/[^/]+/src/cli(\\.ts$|/)" },
      to: { path: "^packages/[^/]+/src/cli(\\.ts$|/)" },
    },
    {
      name: "server-is-not-imported-from-inside",
      severity: "error",
      from: { path: "^packages/[^/]+/src/(store|scheduler|client|search|executor|timetable|artifacts)/" },
      to: { path: "^packages/[^/]+/src/server(\\.ts$|/)", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "decide-is-pure",
      comment: "the scheduler's core, kernels and linalg import plain files only",
      severity: "error",
      from: { path: "^packages/(dag/src/scheduler/decide\\.ts|lda/src/linalg/|lda/src/metrics/)" },
      to: { dependencyTypes: ["core", "npm"] },
    },
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    { name: "no-orphans-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: ["node_modules", "dist"] },
    exclude: { path: ["/dist/", "^packages/[^/]+/test/", "\\.config\\.ts$"] },
    tsConfig: { fileName: "tsconfig.base.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "default"],
      extensions: [".ts", ".mjs", ".js", ".cjs", ".json"],
    },
  },
};
