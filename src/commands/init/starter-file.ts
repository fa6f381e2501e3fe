import { EDITOR_LINE } from "./editor-line.ts";

/** A keys file that declares nothing yet, with an example to take from. */
export const STARTER_FILE = `# ${EDITOR_LINE}
#
# The keys this account should have. \`cometkeys validate\` checks this file without a network,
# \`cometkeys plan\` compares it with the account, \`cometkeys apply\` makes the account equal to it.
# A key that is not in it is left alone; a field that is not named is left as it is.
version: 1

# Nothing is written to any account but this one. The user id is in the console.
# account: { user_id: 5678 }

# Fields for every key below that does not name them itself.
# defaults:
#   group: default

keys: []
# keys:
#   - name: ci-prod                       # its identity: renaming it makes another key
#     description: deploy pipeline        # description, owner and x-… are for people, never sent
#     remain_quota: 500000                # the quota granted, used or not; or unlimited_quota: true
#     expired_time: 2027-01-31            # until 23:59:59 UTC; or 2027-01-31T08:00:00Z, or never
#     model_limits: [gpt-4o, claude-sonnet-4]
#     allow_ips: [10.0.0.0/8, "2001:db8::1"]
#
#   - name: playground
#     unlimited_quota: true
#     status: disabled                    # switched off, not deleted
#
#   - name: old-prototype
#     state: absent                       # deletes the key of this name
`;
