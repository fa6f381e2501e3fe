/** A place where another program was to fill in a value: `${{ x }}`, `{{ x }}` or `${VAR}`. */
const TEMPLATE = /\$?\{\{|\$\{[A-Za-z_]/;

/** Whether a text still has a template expression in it. */
export function hasTemplate(text: string): boolean {
  return TEMPLATE.test(text);
}

/** What to say of one: nothing here is expanded, so the key would carry the expression itself. */
export const TEMPLATE_WORDS = {
  code: "yaml-template",
  message: "a template expression was left in: nothing is expanded in this file",
  fix: "write the value itself, or fill in the file before it is given to cometkeys",
} as const;
