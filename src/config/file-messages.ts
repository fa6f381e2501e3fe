import type { Code } from "../model/codes.ts";

/** What is wrong and what to write instead; a `{name}` is filled in. */
export type Words = readonly [message: string, fix: string];

/** Messages by code, or code and variant where a code has several. */
export type Messages = Readonly<Partial<Record<Code | `${Code}/${string}`, Words>>>;

const FEWER = "declare fewer keys in one run";

/** About the text of a file, its YAML and its shape. */
export const FILE_MESSAGES = {
  "file-too-large/defaults": [
    "the lists and texts of defaults and aliases, under every key, make more than 5,000,000 characters",
    "shorten the lists, or name them in the keys they are for",
  ],
  "file-too-large/parts": [
    "with this file, those of this run have too many parts (values, fields, brackets, commas)",
    FEWER,
  ],
  "file-too-large/keys": ["with this key, those of this run are more than 40,000", FEWER],
  "file-too-large/lines": ["with this file, those of this run have more than 120,000 lines", FEWER],
  "secret-in-file": [
    "something shaped like a model key (sk-…) stands in the file",
    "remove it and revoke that key: whoever can read this repository can use it",
  ],
  "yaml-template": [
    "a template expression was left in: nothing is expanded in this file",
    "write the value itself, or fill in the file before it is given to cometkeys",
  ],
  "yaml-comment-eaten": [
    'what follows # is a comment; the value is "{value}"',
    "put the value in quotes, or move the comment to a line of its own",
  ],
  "yaml-syntax/carriage-return": [
    "a carriage return stands without a line feed",
    "end lines with a line feed (LF) or both (CRLF)",
  ],
  "yaml-syntax/control-character": ["a control character stands in the file", "remove it"],
  "yaml-syntax/version": [
    "the file asks for another YAML version; this program reads YAML 1.2",
    "remove the %YAML line",
  ],
  "yaml-syntax/open": ["this {mark} is never closed", "close it with {closing}"],
  "yaml-syntax/tab": ["a tab is used for indentation", "indent with spaces"],
  "yaml-syntax/escape": [
    "this escape does not exist in a double-quoted text",
    "write \\\\ for a backslash, or use single quotes",
  ],
  "yaml-syntax/start": ["a value cannot begin with {first}", "put the text in double quotes"],
  "yaml-syntax/conflict": [
    "git could not merge two versions here, and left both",
    "keep the lines that are meant, and remove those that begin with <<<<<<<, =======, ||||||| or >>>>>>>",
  ],
  "yaml-syntax/indent": [
    "the indentation of this line is not that of the others of its mapping or list",
    "begin all lines of one mapping or list at the same column",
  ],
  "yaml-syntax/dash": [
    "a space is missing after the dash",
    "write list items as '- ' and the value",
  ],
  "yaml-syntax/stuck": ["a space is missing after the colon", "write fields as name: value"],
  "yaml-syntax/deeper": [
    "this line is indented further than {field} above it, which has a value already",
    "begin it in column {column}, right under {field}",
  ],
  "yaml-syntax/colon": [
    "a second ': ' stands in this line",
    "put text that contains ': ' in quotes",
  ],
  "yaml-syntax/mapping": [
    "a mapping cannot begin here: the line has a second ': ', or the lines after it are indented too far",
    "put text that contains ': ' in quotes, and indent fields of one mapping alike",
  ],
  "yaml-syntax/comma": [
    "a comma is missing between the fields inside { } or [ ]",
    "separate the fields by commas, or write one field a line without the brackets",
  ],
  "yaml-syntax/missing": [
    "a ':' or a space after '-' or ':' is missing",
    "write fields as name: value, and list items as '- ' and the value",
  ],
  "yaml-syntax/unexpected": [
    "this is not expected here",
    "quote the text before it if it belongs to a value, check the brackets, and begin list items on lines of their own",
  ],
  "yaml-syntax/directive": ["a line that begins with % is read as a directive", "remove the line"],
  "yaml-syntax/anchor": [
    "an anchor (&) stands in the wrong place",
    "write it right before its value",
  ],
  "yaml-syntax/depth": ["the file is nested too deeply", "a list of keys needs only a few levels"],
  "yaml-syntax/other": ["this cannot be read as YAML", "check the lines before this one"],
  "yaml-several-documents": [
    "the file holds several documents",
    "remove the --- line, or put the second document into a file of its own",
  ],
  "yaml-duplicate-key": ["{text} is given twice in one mapping", "keep one of the two"],
  "yaml-tag": ["tags (!name) are not taken", "remove the tag"],
  "yaml-merge-key": [
    "merge keys (<<) are YAML 1.1 and would be ignored",
    "use defaults: for fields all keys share, or write the fields out",
  ],
  "yaml-alias/unknown": [
    "a value that begins with * is read as an alias, and this one names no anchor",
    'put the text in quotes, as in "*"',
  ],
  "yaml-alias/two-anchors": ["a value has two anchors", "keep one of the two"],
  "yaml-alias/circle": ["*{name} stands inside the value it refers to", "write the value out"],
  "yaml-alias/bomb": [
    "the aliases (*) of this file multiply into too many values",
    "write the values out, or use defaults:",
  ],
  "yaml-alias/long": [
    "what the aliases (*) of this run stand for makes more than 5,000,000 characters",
    "write shorter values, or use defaults:",
  ],
  "schema-shape/field-name": [
    "the name of a field must be text, and {name} is not",
    "use a name from the schema",
  ],
  "schema-shape/no-field-name": [
    "the name of a field must be text, and nothing is not",
    "write fields as name: value",
  ],
  "schema-shape/collection-as-name": [
    "the name of a field is a list or a mapping",
    "write fields as name: value",
  ],
  "schema-shape/blank": [
    "the file is empty",
    "write version: 1 and keys: []; to delete a key write state: absent on it",
  ],
  "schema-shape/comments": [
    "the file holds no field, at most comments",
    "write version: 1 and keys: []; to delete a key write state: absent on it",
  ],
  "schema-shape/no-mapping": [
    "the file must be a mapping with version and keys, and it is {kind}",
    "begin with version: 1, then keys: and the list of keys",
  ],
  "schema-missing-field/version": [
    "the file does not say its version",
    "add the line version: 1 at the top",
  ],
  "schema-missing-field/keys": [
    "the file has no keys",
    "add keys: with a list of keys, or keys: [] for none",
  ],
  "schema-missing-field/name": ["this key has no name", "add name: and the exact name of the key"],
  "schema-missing-field/user_id": [
    "account does not say which one",
    "add user_id: and the user id of the account",
  ],
  "schema-missing-field/other": ["{field} is missing", "add {field}"],
  "schema-unknown-field/meant": [
    "there is no field {name} {place}; did you mean {meant}?",
    "write {meant}",
  ],
  "schema-unknown-field/other": ["there is no field {name} {place}", "{advice}"],
  "schema-type/version": ["version is text here", "write version: 1 without quotes"],
  "schema-type/key-list": ["a key must be a mapping, not a list", "write - name: and its fields"],
  "schema-type/key-scalar": ["a key must be a mapping with a name", "write - name: {source}"],
  "schema-type/keys": ["keys must be a list", "begin each key with a dash: - name: ci-prod"],
  "schema-type/not-mapping": [
    "{field} must be a mapping, not {kind}",
    "write fields as name: value",
  ],
  "schema-type/not-collection": ["{field} cannot be {kind}", "write {wanted}"],
  "schema-type/nothing": ["{field} has no value", "{advice}"],
  "schema-type/null": ["{field} cannot be {source}", "{advice}"],
  "schema-type/boolean": ["{field} must be true or false, and {shown} is {kind}", "write {meant}"],
  "schema-type/quoted": [
    "{field} must be a number, and {shown} is text",
    "write {digits} without quotes",
  ],
  "schema-type/quota": [
    "{field} must be a whole number of quota units, and {shown} is {kind}",
    "write a whole number of quota units, as in 500000",
  ],
  "schema-type/number": [
    "{field} must be a whole number, and {shown} is {kind}",
    "write a whole number, as in 500000",
  ],
  "schema-type/time": [
    "{field} must be a date or a whole number, and {shown} is {kind}",
    "write a date-time, never or Unix seconds",
  ],
  "schema-type/text": [
    "{field} must be text, and YAML reads {source} as {kind}",
    'put it in quotes: "{source}"',
  ],
  "schema-type/address": [
    "{field} must be text, and YAML reads {source} as {kind}",
    "write an address such as 10.0.0.1, or a network such as 10.0.0.0/8",
  ],
  "schema-type/addresses": [
    "{field} must be a list, and {shown} is {kind}",
    "write a list, as in {field}: [10.0.0.0/8], or [] for no restriction",
  ],
  "schema-type/models": [
    "{field} must be a list, and {shown} is {kind}",
    'write a list, as in {field}: ["{source}"], or [] for no limit',
  ],
  "schema-type/list": [
    "{field} must be a list, and {shown} is {kind}",
    "begin each item with a dash on a line of its own",
  ],
  "schema-type/mapping": [
    "{field} must be a mapping, and {shown} is {kind}",
    "write its fields as name: value on the lines below",
  ],
  "schema-value/version": ["this program reads files of version 1", "write version: 1"],
  "schema-value/status": [
    "status {written} is set by the server itself, when a key has expired or is used up",
    "write enabled or disabled",
  ],
  "schema-value/choice": ["{field} cannot be {shown}", "write {choices}"],
  "schema-value/bounds": ["the value {why}", "see the description of the field in the schema"],
  "schema-value/user-id": ["a user id is 1 or more", "write the user id of the account"],
  "schema-value/glob-long": [
    "a glob of {field} has more than 200 characters, and a name 50 at most",
    "write a glob such as team-*",
  ],
  "schema-value/glob": [
    "a glob of {field} is empty",
    "write a glob such as team-*, or remove the line",
  ],
  "scope-overlap/found": [
    'the scope "{scope}" and "{other}" at {place} have names in common',
    "give each file names of its own, or put these keys into one file",
  ],
  "scope-overlap/name": [
    'the name lies in the scope "{scope}" of another file, at {place}',
    "move the key there, or make that scope narrower",
  ],
  "schema-value/globs-many": [
    "with this file, those of this run have more than 200 globs in protect",
    "write fewer globs, with * for what differs",
  ],
  "scope-overlap/keys": [
    "with this file, those of this run have too many keys for so many scopes",
    "run them apart",
  ],
  "scope-overlap/many": [
    "with this file, those of this run have more than 100 scopes",
    "run them apart, or put more keys into one file",
  ],
} as const satisfies Messages;
