/** Why something cannot be delivered there, and what a person can do about it. */
export interface Refusal {
  readonly message: string;
  readonly fix: string;
}

export function sentenceOf({ message, fix }: Refusal): string {
  return `${message}; ${fix}`;
}
