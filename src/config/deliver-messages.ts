import type { Messages } from "./file-messages.ts";

/** About `deliver`: where the value of a key goes. */
export const DELIVER_MESSAGES = {
  "name-reserved/owned": [
    "the key of this name is on its way to be {name}, which has deliver at {place}",
    "remove this entry: apply finishes that key",
  ],
  "name-invalid/deliver": [
    "the name has {bytes} bytes, and with deliver 40 at most: the key is first created as NAME~new",
    "shorten the name",
  ],
  "rename-invalid/staged": [
    "a key whose name ends in ~new was not delivered yet: apply gives it its name",
    "give the entry of that name back, or write the name without ~new",
  ],
  "schema-type/places": [
    "deliver must be a list of places, and {shown} is {kind}",
    "write each place on a line below it, as in - {example}",
  ],
  "schema-type/place": ["{what} cannot be {kind}", "write it as in {example}"],
  "deliver-invalid/empty": ["deliver names no place", "name one, or remove the line"],
  "deliver-invalid/nothing": ["no program is named", "write the program and its arguments"],
  "deliver-invalid/none": ["this place names nothing", "write one of github, file and exec"],
  "deliver-invalid/several": [
    "one place is one of github, file and exec",
    "make an item of the list for each",
  ],
  "deliver-invalid/repository": [
    "this is not a repository of GitHub",
    "write owner/name, such as acme/api",
  ],
  "deliver-invalid/secret": [
    "this is not the name of a secret of GitHub",
    "write letters, digits and _, beginning with neither a digit nor GITHUB_",
  ],
  "deliver-invalid/environment": [
    "this is not an environment that can be named here",
    "write its name: up to 255 characters, none of @ # % ? / \\, and no ..",
  ],
  "deliver-invalid/path": [
    "the path has to lead down from --sink-dir",
    "write a relative path of plain names, such as out/keys.env",
  ],
  "deliver-invalid/variable": [
    "this is not the name of a variable",
    "write letters, digits and _, not beginning with a digit",
  ],
  "deliver-invalid/argument": [
    "an argument of a program cannot be empty, or have white space or control characters in it",
    "put what needs them into a program of your own",
  ],
  "deliver-invalid/program": [
    "the program is named by an absolute path, or by its bare name",
    "write the bare name to have it looked up in PATH",
  ],
  "deliver-repeated": [
    "{destination} is the place of another key too, at {place}",
    "give each key a place of its own",
  ],
  "deliver-repeated/format": [
    "{path} is written as {other} at {place}, and as {format} here",
    "write one file in one format",
  ],
} as const satisfies Messages;
