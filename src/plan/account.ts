import type { Diagnostic } from "../model/diagnostic.ts";
import type { Desired, LiveKey } from "../model/key.ts";
import { err, ok, type Result } from "../model/result.ts";

export interface AccountQuestion {
  readonly keys: readonly LiveKey[];
  readonly account: Desired["account"];
  /** The token's own account, where the server told. */
  readonly self: number | undefined;
  /** Writes go to the token's own account whatever the list shows, so they need more certainty. */
  readonly forWriting: boolean;
}

/**
 * Whose keys the list holds. An administrator's token lists every account's keys on some servers,
 * while a create always goes to the token's own account: comparing those would be wrong twice.
 */
export function keysOfAccount(question: AccountQuestion): Result<readonly LiveKey[], Diagnostic> {
  const { keys, account, self } = question;
  const owners = [...new Set(keys.flatMap((key) => key.user_id ?? []))].sort((a, b) => a - b);
  if (owners.length > 1 && (question.forWriting || account === undefined)) {
    return err(severalAccounts(owners, question.forWriting));
  }
  if (account === undefined) {
    const [owner] = owners;
    const isOther = self !== undefined && owner !== undefined && owner !== self;
    return isOther ? err(keysOfAnother(self, owner)) : ok(keys);
  }
  // An administrator compares an account that is not the token's own, so only the list can tell
  // whether it exists; an account without a key is believed when it is the token's own.
  if (owners.length > 1) {
    const known = owners.includes(account.userId) || self === account.userId;
    return known ? ok(keysOf(keys, account.userId)) : err(severalAccounts(owners, false));
  }
  if (self !== undefined && self !== account.userId) return err(otherAccount(account, self));
  const [owner] = owners;
  if (owner !== undefined && owner !== account.userId) return err(otherAccount(account, owner));
  return ok(keysOf(keys, account.userId));
}

function keysOf(keys: readonly LiveKey[], userId: number): readonly LiveKey[] {
  return keys.filter((key) => key.user_id === undefined || key.user_id === userId);
}

function severalAccounts(owners: readonly number[], forWriting: boolean): Diagnostic {
  const shown = owners.slice(0, 10).join(", ") + (owners.length > 10 ? ", …" : "");
  return {
    severity: "error",
    code: "several-accounts",
    message: `this token lists the keys of ${owners.length} accounts (user_id ${shown}), as an administrator's does`,
    fix: forWriting
      ? "use the access token of the one account the file is for; `plan` can compare one of them with account.user_id in the file"
      : "use the access token of the one account, or name it with account.user_id in the file to compare only its keys",
  };
}

/** All keys that the token lists are another account's. */
function keysOfAnother(self: number, owner: number): Diagnostic {
  return {
    severity: "error",
    code: "several-accounts",
    message: `this token belongs to account ${self}, and lists the keys of account ${owner}, as an administrator's does`,
    fix: `use the access token of account ${owner}; a new key would be account ${self}'s`,
  };
}

/** The token belongs to another account than the file is pinned to. */
function otherAccount(account: NonNullable<Desired["account"]>, actual: number): Diagnostic {
  return {
    severity: "error",
    code: "other-account",
    message: `the file is for account ${account.userId} (account.user_id), but this token belongs to account ${actual}`,
    fix: "use that account's access token, or correct account.user_id",
    at: account.at,
  };
}
