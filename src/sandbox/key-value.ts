import type { Random } from "../model/ports.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const KEY_LENGTH = 48;
const SHOWN = 4;

/** A new key: 48 letters and digits, without `sk-`. */
export function generateKey(random: Random): string {
  return Array.from({ length: KEY_LENGTH }, () =>
    ALPHABET.charAt(Math.floor(random() * ALPHABET.length)),
  ).join("");
}

/** The form in which a server of the masking kind shows a key: its ends around ten asterisks. */
export function maskKey(key: string): string {
  return `${key.slice(0, SHOWN)}${"*".repeat(10)}${key.slice(-SHOWN)}`;
}
