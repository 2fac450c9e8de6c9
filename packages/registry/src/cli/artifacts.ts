import type { Command } from "commander";
import { resolveArtifactUri } from "../model-uri";
import { connect, withRegistry, type RegistryOptions } from "./options";
import { print, properties, table } from "./print";

export function addArtifacts(program: Command): void {
  const artifacts = program.command("artifacts").description("the files of runs and models");

  withRegistry(
    artifacts
      .command("list <source> [path]")
      .description(
        "what a folder holds; <source> is a run's id, runs:/ID/PATH, models:/NAME@ALIAS or models:/NAME/VERSION",
      ),
  ).action(async (source: string, path: string | undefined, options: RegistryOptions) => {
    const client = connect(options);
    const uri = source.includes(":")
      ? await resolveArtifactUri(client, source)
      : (await client.getRun(source)).info.artifactUri;
    const files = await (await client.openArtifacts(uri)).list(path);
    print(
      options,
      { rootUri: uri, files: files.map(({ path, isDir, size }) => ({ path, isDir, fileSize: size })) },
      () =>
        table(
          ["BYTES", "PATH"],
          files.map(({ path, isDir, size }) => [isDir ? "" : size, isDir ? `${path}/` : path]),
          "no artifacts",
        ),
    );
  });

  withRegistry(
    artifacts.command("download <source> [path]").description("copy a file or folder of artifacts; prints where it is"),
  )
    .option("--out <dir>", "the folder to copy to", ".")
    .action(async (source: string, path: string | undefined, options: RegistryOptions & { out: string }) => {
      const local = await connect(options).downloadArtifacts(source, path, options.out);
      print(options, { path: local }, () => `${local}\n`);
    });

  withRegistry(artifacts.command("upload <run> <file>").description("copy a local file or folder to a run's artifacts"))
    .option("--path <folder>", "the folder in the run's artifacts", "")
    .action(async (runId: string, file: string, options: RegistryOptions & { path: string }) => {
      const { stat } = await import("node:fs/promises");
      const isFolder = (await stat(file)).isDirectory();
      const client = connect(options);
      await (isFolder ? client.logArtifacts(runId, file, options.path) : client.logArtifact(runId, file, options.path));
      print(options, { runId, file, path: options.path }, () => properties([["uploaded", file]]));
    });
}
