/** What a server may make of a name on create. */
export const ALTERATIONS = ["lower", "cut to 16", "cut to 20", "NFD"] as const;
export type Alteration = (typeof ALTERATIONS)[number];

export function altered(name: string, how: Alteration | undefined): string {
  switch (how) {
    case undefined:
      return name;
    case "lower":
      return name.toLowerCase();
    case "cut to 16":
      return cut(name, 16);
    case "cut to 20":
      return cut(name, 20);
    case "NFD":
      return name.normalize("NFD");
  }
}

function cut(name: string, characters: number): string {
  return Array.from(name).slice(0, characters).join("");
}
