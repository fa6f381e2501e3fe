import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeSource } from "../../src/config/decode.ts";
import { loadDesired, type LoadedDesired } from "../../src/config/load-desired.ts";
import { renderDiagnostic } from "../../src/render/diagnostic.ts";
import type { SourceText } from "../../src/config/decode.ts";
import type { Diagnostic } from "../../src/model/diagnostic.ts";

/** Loads the YAML files of a fixture folder by name, as a run over that folder would. */
export function loadScenario(folder: string): LoadedDesired {
  const sources: SourceText[] = [];
  const refused: Diagnostic[] = [];
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith(".yaml") && !name.startsWith("."))
    .toSorted()) {
    const source = decodeSource(file, readFileSync(join(folder, file)));
    if (source.ok) sources.push(source.value);
    else refused.push(source.error);
  }
  const loaded = loadDesired(sources);
  return refused.length > 0
    ? { declared: [], diagnostics: [...refused, ...loaded.diagnostics] }
    : loaded;
}

/** All diagnostics as one reads them, a blank line between two. */
export function diagnosticsText(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((diagnostic) => `${renderDiagnostic(diagnostic)}\n`).join("\n");
}
