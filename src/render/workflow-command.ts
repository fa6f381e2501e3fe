/**
 * One command for GitHub's runner, `::name key=value,key=value::data`, on a line of its own. The
 * values are only encoded: whatever is for people has to be made visible before.
 */
export function workflowCommand(
  name: string,
  properties: Readonly<Record<string, string | number | undefined>>,
  data: string,
): string {
  const given = Object.entries(properties).filter(([, value]) => value !== undefined);
  const list = given.map(([key, value]) => `${key}=${encodeProperty(String(value))}`).join(",");
  return `::${name}${list === "" ? "" : ` ${list}`}::${encodeData(data)}\n`;
}

function encodeData(text: string): string {
  // The percent sign goes first: it would otherwise encode the other encodings again.
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** In a property a colon could end the list of them, and a comma the property. */
function encodeProperty(text: string): string {
  return encodeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
