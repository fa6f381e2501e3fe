/** A file as text: Vite reads it for the tests, and the build embeds it. */
declare module "*?raw" {
  const text: string;
  export default text;
}
