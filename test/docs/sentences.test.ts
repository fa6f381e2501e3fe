import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const DOCUMENTS = [
  "README.md",
  "SECURITY.md",
  "CONTRIBUTING.md",
  ...readdirSync("docs").map((name) => `docs/${name}`),
];
const MOST_WORDS = 30;

/** The sentences of a document's prose: no code, and every item and cell on its own. */
function sentencesOf(markdown: string): readonly string[] {
  const prose = markdown
    .replaceAll(/^( *)```.*?^\1```$/gms, "\n\n")
    .replaceAll(/^#.*$/gm, "\n\n")
    .replaceAll(/^\|.*\|$/gm, (row) => row.replaceAll("|", "\n\n"))
    .replaceAll(/^ *(?:[-*]|\d+\.) | · /gm, "\n\n");
  return prose.split(/\n\s*\n/).flatMap((paragraph) => {
    const text = paragraph.replaceAll(/\s+/g, " ");
    return text.split(/(?<=[.:?!][")*`]*) (?=[A-Z`"(*[\d])|(?<=;) /);
  });
}

function wordsOf(sentence: string): number {
  const words = sentence.replaceAll(/`[^`]*`/g, "x").split(/\s+/);
  return words.filter((word) => /[\p{L}\d]/u.test(word)).length;
}

test.each(DOCUMENTS)("no sentence of %s has more than 30 words", (path) => {
  const sentences = sentencesOf(readFileSync(path, "utf8"));
  expect(sentences.length).toBeGreaterThan(5);
  expect(sentences.filter((sentence) => wordsOf(sentence) > MOST_WORDS)).toEqual([]);
});

test("a long sentence is found, in prose, in a list and in a table", () => {
  const long = `Begin ${"and ".repeat(30)}end.`;
  for (const text of [long, `- ${long}`, `| a | ${long} |`, `A. ${long} B.`]) {
    expect(sentencesOf(text).filter((one) => wordsOf(one) > MOST_WORDS)).toHaveLength(1);
  }
});
