/** A page of 100 comments of full length in four-byte characters stays below this. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** The text of an answer; throws when the connection breaks or the answer has no end. */
export async function readLimited(response: Response): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) throw new Error("an answer without an end");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
