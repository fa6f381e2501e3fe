/** YAML 1.1's merge key; in YAML 1.2 it is a field of that name, and would be ignored. */
export const MERGE_KEY = "<<";
