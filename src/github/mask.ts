import type { Secret } from "../model/secret.ts";

/**
 * The workflow command, without a line end, after which the runner shows `***` for this value in
 * the log. It is the one text that holds a secret on purpose: the runner reads it from the step's
 * output and does not show it. So it goes on a line of its own to the raw stream, past the redactor
 * (which would cut the value out and leave nothing to mask), before the value's first use, and only
 * where `GITHUB_ACTIONS` is `true`: nobody else swallows it.
 */
export function maskCommand(secret: Secret): string {
  const value = secret.reveal().replaceAll("%", "%25");
  return `::add-mask::${value.replaceAll("\r", "%0D").replaceAll("\n", "%0A")}`;
}
