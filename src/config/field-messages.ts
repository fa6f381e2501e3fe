import type { Messages } from "./file-messages.ts";

/** About the values of fields, and how they go together. */
export const FIELD_MESSAGES = {
  "yaml-number/large": [
    "{source} is too large: whole numbers are exact up to 9007199254740991",
    "write a number up to 9007199254740991",
  ],
  "yaml-number/long": [
    "this number has more than 100 characters",
    "write a number up to 9007199254740991",
  ],
  "yaml-number/leading-zero": [
    "{source} has a leading zero, which some readers take for octal",
    "write {decimal}",
  ],
  "yaml-number/base": ["{source} is not decimal", "write {decimal}"],
  "yaml-number/separators": [
    "{source} has digit separators, which make it text",
    "write {decimal}",
  ],
  "yaml-number/infinite": ["{source} is not a whole number", "write a whole number"],
  "yaml-number/no-json": ["{source} is no number that JSON has", "write one that is finite"],
  "yaml-number/huge": [
    "{source} is too large to be a number",
    "write a whole number without exponent",
  ],
  "yaml-number/exponent": ["{source} is written with an exponent", "write {decimal}"],
  "yaml-number/plain": ["{source} is not spelled as a plain whole number", "write {decimal}"],
  "yaml-number/fraction": [
    "{source} is not a whole number",
    "write a whole number, without a fraction",
  ],
  "name-invalid/empty": ["the name is empty", "write the name of the key"],
  "name-invalid/control": [
    "the name has a control character or a line break",
    "write it on one line, without escapes such as \\n and \\t",
  ],
  "name-invalid/padded": ["the name begins or ends with white space", "remove it"],
  "name-invalid/invisible": [
    "the name has an invisible character ({character})",
    "remove it, or type the name again",
  ],
  "name-invalid/length": ["the name has {length} characters; the server takes 50", "shorten it"],
  "name-reserved": [
    "names ending in {ending} are reserved for keys this program makes on the way",
    "choose another name",
  ],
  "name-long": [
    "the name is {bytes} bytes long; a server that counts bytes refuses more than 50",
    "shorten it if the server refuses the key",
  ],
  "name-duplicate": [
    'the name "{name}" is given twice; the first is at {place}',
    "a name is a key's identity: rename or remove one of the two",
  ],
  "name-lookalike": [
    'the name looks like "{other}" at {place}, and they are two keys',
    "give them names that are easier to tell apart",
  ],
  "name-outside-scope": [
    'the name lies outside the scope "{scope}" of this file',
    "rename the key, move it to another file, or widen the scope",
  ],
  "rename-invalid/empty": ["renamed_from is empty", "write the name the key had"],
  "rename-invalid/length": [
    "renamed_from has more than 1000 characters",
    "write the name the key had",
  ],
  "rename-invalid/declared": [
    '"{name}" is declared itself, at {place}, so its key is not there to be renamed',
    "remove that entry, or this renamed_from",
  ],
  "rename-invalid/self": [
    "renamed_from is the name the key has now",
    "write the name it had before, or remove the line",
  ],
  "rename-invalid/twice": [
    'the key at {place} is renamed from "{name}" too, and one key can only become one',
    "keep one of the two",
  ],
  "absent-fields": [
    "a key with state: absent is deleted and takes no {fields}",
    "remove these fields, or remove state: absent to keep the key",
  ],
  "account-disagrees": [
    "user_id {id} is not the {other} at {place}",
    "one run manages one account: name the same user_id in all files, or run them apart",
  ],
  "quota-range": [
    "remain_quota cannot be negative",
    "write the quota granted, or unlimited_quota: true",
  ],
  "quota-missing/both": [
    "this key names no quota, so it could never make a call",
    "add remain_quota: and the quota granted, or unlimited_quota: true",
  ],
  "quota-missing/limited": [
    "unlimited_quota: false without remain_quota makes a key that could never make a call",
    "add remain_quota: and the quota granted",
  ],
  "quota-zero": [
    "a key with remain_quota: 0 cannot make a call",
    "write the quota granted, or status: disabled to switch a key off",
  ],
  "group-invalid/length": ["the group has more than 200 characters", "write the name of a group"],
  "group-invalid/padded": [
    "the group begins or ends with white space",
    "write the name of the group alone",
  ],
  "group-invalid/invisible": [
    "the group has a control or invisible character in it",
    "write the name of the group alone",
  ],
  "group-invalid/retry": [
    "cross_group_retry: true has an effect only with group: auto",
    "add group: auto, or write cross_group_retry: false",
  ],
  "models-invalid/switch": [
    "model_limits_enabled: true without a model denies or allows everything, depending on the server",
    "name the models in model_limits, or remove model_limits_enabled",
  ],
  "models-invalid/several": [
    "one item of the list holds several models",
    "write them as items of their own: [{list}]",
  ],
  "models-invalid/list": [
    "model_limits takes more than 32,000 characters, so the key could not be read back",
    "make several keys, or limit none of the models",
  ],
  "models-invalid/empty": [
    "a model id is empty",
    "remove the extra comma or item; [] lifts the limit",
  ],
  "models-invalid/length": ["a model has more than 200 characters", "write the model's id"],
  "models-invalid/dash": [
    "a space is missing after the dash, or the dash is one too many: no model begins with one",
    "write list items as '- ' and the model",
  ],
  "models-invalid/line-break": [
    "a model id has a line break in it",
    "write a list, one model an item",
  ],
  "models-invalid/white-space": [
    "a model id has white space in it",
    "write the id as the server has it; several are a list, or one text with commas between them",
  ],
  "models-invalid/invisible": [
    "a model id has a control or invisible character in it",
    "remove it, or type the id again",
  ],
  "models-inert": [
    "model_limits_enabled: false leaves model_limits without effect",
    "remove model_limits_enabled to enforce the list, or write model_limits: []",
  ],
  "address-open": [
    "{address} lets every address of its kind in",
    "name the networks the key is used from, or write allow_ips: [] for no restriction",
  ],
  "address-invalid/list": [
    "allow_ips takes more than 32,000 characters, so the key could not be read back",
    "write networks instead of single addresses, or make several keys",
  ],
  "address-invalid/empty": ["an address is empty", "remove the item; [] lifts the restriction"],
  "address-invalid/comma": [
    "addresses are separated by commas: the server deletes commas and would run the addresses together",
    "write a list: [{list}]",
  ],
  "address-invalid/white-space": [
    "addresses are separated by white space: the server deletes spaces and would run the addresses together",
    "write a list: [{list}]",
  ],
  "address-invalid/zone": [
    "{shown} has a zone, which the server does not take",
    "write the address without % and what follows",
  ],
  "address-invalid/range": [
    "{shown} is a range, which the server does not take",
    "write networks, such as 10.0.0.0/28, or single addresses",
  ],
  "address-invalid/port": ["{shown} has a port; only addresses are compared", "write {address}"],
  "address-invalid/prefix": [
    "the prefix length of {shown} is not between 0 and {longest}",
    "write a number from 0 to {longest} after the slash",
  ],
  "address-invalid/host-bits": [
    "{shown} is an address inside the network {network}",
    "write {network} for the network, or {host} for the one address",
  ],
  "address-invalid/not-an-address": [
    '"{shown}" is not an IPv4 or IPv6 address or network',
    "{advice}",
  ],
  "expiry-invalid/zero": [
    "expired_time: 0 is 1970: the key would be dead at once",
    "write never, or a date",
  ],
  "expiry-invalid/negative": [
    "{text} is no time; only -1 (never) may be negative",
    "write never, or a date",
  ],
  "expiry-invalid/milliseconds": [
    "{text} looks like milliseconds",
    "write {seconds} (seconds), or a date",
  ],
  "expiry-invalid/large": ["{text} is too large for Unix seconds", "write a date"],
  "expiry-invalid/early": [
    "{text} lies before 1970: the key would be dead at once",
    "write never, or a date to come",
  ],
  "expiry-invalid/quoted": ['"{text}" is text, not a number', "write {text} without quotes"],
  "expiry-invalid/quoted-never": [
    '"{text}" is text, not a number',
    "write never, or -1 without quotes",
  ],
  "expiry-invalid/never": ['"{text}" is not known', "write never"],
  "expiry-invalid/no-day": ["{text} is not a day of the calendar", "write a date that exists"],
  "expiry-invalid/no-time": [
    '"{text}" is not a time',
    "write a date (2027-01-31), a date-time with zone (2027-01-31T00:00:00Z), Unix seconds or never",
  ],
  "expiry-invalid/no-zone": [
    "a date-time without a zone means another moment in each place",
    "write {local}Z for UTC",
  ],
  "expiry-invalid/no-moment": [
    "there is no such date or time",
    "write a date and a time that exist",
  ],
  "expiry-invalid/strange-zone": [
    '"{zone}" is not a zone',
    "write Z for UTC, or an offset such as +02:00, as in {local}Z",
  ],
  "expiry-invalid/no-seconds": ["the seconds are missing", "write {local}{zone}"],
  "expiry-invalid/fraction": ["expired_time has whole seconds", "write {local}{zone}"],
} as const satisfies Messages;
