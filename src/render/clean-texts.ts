/**
 * The same plain data with every text in it cleaned. A renderer whose escaping puts characters
 * between those of a text has to take secrets out before, because nobody finds them afterwards.
 */
export function cleanTexts<T>(data: T, clean: (text: string) => string): T {
  return JSON.parse(JSON.stringify(data), (_, value: unknown) =>
    typeof value === "string" ? clean(value) : value,
  );
}
