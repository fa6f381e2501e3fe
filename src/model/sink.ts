/** Where a key's value goes; one entry of `deliver`. */
export type Sink = GithubSink | FileSink | ExecSink;

/** `gh secret set`, with the value on its stdin. */
export interface GithubSink {
  readonly kind: "github";
  /** `owner/name`. */
  readonly repository: string;
  readonly secret: string;
  readonly environment?: string;
}

/** One variable of a file that only its owner reads. */
export interface FileSink {
  readonly kind: "file";
  /** Relative, of plain names with `/` between them. */
  readonly path: string;
  readonly format: "dotenv" | "json";
  readonly variable: string;
}

/** A program without a shell, with the value on its stdin. */
export interface ExecSink {
  readonly kind: "exec";
  /** None of them is empty or has white space or control characters in it. */
  readonly argv: readonly string[];
}

/**
 * A destination on one line: `github:acme/api@prod#COMET_KEY`, `file:out/keys.env#COMET_KEY`,
 * `exec:vault kv put -mount=secret comet/ci key=-`. What a plan shows and its digest covers.
 */
export function destinationOf(sink: Sink): string {
  switch (sink.kind) {
    case "github": {
      const environment = sink.environment === undefined ? "" : `@${sink.environment}`;
      return `github:${sink.repository}${environment}#${sink.secret}`;
    }
    case "file": {
      const format = sink.format === "dotenv" ? "" : ` as ${sink.format}`;
      return `file:${sink.path}#${sink.variable}${format}`;
    }
    case "exec":
      return `exec:${sink.argv.join(" ")}`;
  }
}

/** Equal for two sinks of which one would overwrite the other: GitHub's names know no letter case. */
export function sinkIdentity(sink: Sink): string {
  return sink.kind === "github" ? destinationOf(sink).toLowerCase() : destinationOf(sink);
}
