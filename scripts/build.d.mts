// The types of build.mjs.
import type { BuildResult } from "esbuild";

export function bundle(): Promise<BuildResult<{ metafile: true; write: false }>>;
