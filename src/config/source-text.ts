/** A file's name, as the user gave it, and its text without a byte order mark. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
}
