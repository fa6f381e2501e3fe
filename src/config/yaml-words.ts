import type { Code } from "../model/codes.ts";
import { unreachable } from "../model/unreachable.ts";
import type { ErrorCode } from "yaml";

/** What to say of a parser error; the parser's own message may quote the file and is not used. */
export interface YamlWords {
  readonly code: Code;
  readonly message: string;
  readonly fix: string;
}

function syntax(message: string, fix: string): YamlWords {
  return { code: "yaml-syntax", message, fix };
}

/** Our words for a parser error, chosen by its code and the text it stands at. */
export function yamlWords(code: ErrorCode, text: string): YamlWords {
  switch (code) {
    case "TAB_AS_INDENT":
      return syntax("a tab is used for indentation", "indent with spaces");
    case "MULTIPLE_DOCS":
      return {
        code: "yaml-several-documents",
        message: "the file holds several documents",
        fix: "remove the --- line, or put the second document into a file of its own",
      };
    case "DUPLICATE_KEY":
      return {
        code: "yaml-duplicate-key",
        message: `${text} is given twice in one mapping`,
        fix: "keep one of the two",
      };
    case "TAG_RESOLVE_FAILED":
    case "MULTIPLE_TAGS":
    case "BAD_COLLECTION_TYPE":
      return { code: "yaml-tag", message: "tags (!name) are not taken", fix: "remove the tag" };
    case "BAD_ALIAS":
    case "ALIAS_PROPS":
      return {
        code: "yaml-alias",
        message: "a value that begins with * is read as an alias, and this one names no anchor",
        fix: 'put the text in quotes, as in "*"',
      };
    case "MULTIPLE_ANCHORS":
      return { code: "yaml-alias", message: "a value has two anchors", fix: "keep one of the two" };
    case "BAD_DQ_ESCAPE":
      return syntax(
        "this escape does not exist in a double-quoted text",
        "write \\\\ for a backslash, or use single quotes",
      );
    case "BAD_SCALAR_START":
      return syntax(`a value cannot begin with ${text.charAt(0)}`, "put the text in double quotes");
    case "BAD_INDENT":
      return syntax(
        "this line is not indented like the others of its mapping or list",
        "begin all lines of one mapping or list at the same column",
      );
    case "BLOCK_AS_IMPLICIT_KEY":
    case "MULTILINE_IMPLICIT_KEY":
    case "KEY_OVER_1024_CHARS":
      return syntax(
        "a mapping cannot begin here: the line has a second ': ', or the lines after it are indented too far",
        "put text that contains ': ' in quotes, and indent fields of one mapping alike",
      );
    case "BLOCK_IN_FLOW":
      return syntax(
        "a comma is missing between the fields inside { } or [ ]",
        "separate the fields by commas, or write one field a line without the brackets",
      );
    case "MISSING_CHAR":
      return syntax(
        "a ':' or a space after '-' or ':' is missing",
        "write fields as name: value, and list items as '- ' and the value",
      );
    case "UNEXPECTED_TOKEN":
      return syntax(
        "this is not expected here",
        "quote the text before it if it belongs to a value, check the brackets, and begin list items on lines of their own",
      );
    case "BAD_DIRECTIVE":
      return syntax("a line that begins with % is read as a directive", "remove the line");
    case "BAD_PROP_ORDER":
      return syntax("an anchor (&) stands in the wrong place", "write it right before its value");
    case "RESOURCE_EXHAUSTION":
      return syntax("the file is nested too deeply", "a list of keys needs only a few levels");
    case "NON_STRING_KEY":
    case "IMPOSSIBLE":
      return syntax("this cannot be read as YAML", "check the lines before this one");
    default:
      return unreachable(code);
  }
}
