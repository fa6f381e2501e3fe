/** Why something cannot be delivered there, and what a person can do about it. */
export interface Refusal {
  readonly message: string;
  readonly fix: string;
}

/** A run that ends looks no further. */
export const ENDS: Refusal = {
  message: "it was not looked at, because the run ends",
  fix: "run again",
};

export function sentenceOf({ message, fix }: Refusal): string {
  return `${message}; ${fix}`;
}
