import { generateKeyPairSync, sign } from "node:crypto";

export interface Certificate {
  /** PEM, both. */
  readonly key: string;
  readonly cert: string;
}

/** A certificate that vouches for itself, good for `host`: what a TLS server of a test needs. */
export function selfSigned(host: string): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(der(0x06, "2a8648ce3d040302"));
  const name = sequence(der(0x31, sequence(der(0x06, "550403"), der(0x0c, Buffer.from(host)))));
  const years = [der(0x17, Buffer.from("200101000000Z")), der(0x17, Buffer.from("491231235959Z"))];
  const hosts = sequence(der(0x82, Buffer.from(host)));
  const extensions = sequence(sequence(der(0x06, "551d11"), der(0x04, hosts)));
  const body = sequence(
    der(0xa0, der(0x02, "02")),
    der(0x02, "01"),
    algorithm,
    name,
    sequence(...years),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, extensions),
  );
  const signature = Buffer.concat([Buffer.of(0), sign("sha256", body, privateKey)]);
  const whole = sequence(body, algorithm, der(0x03, signature)).toString("base64");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${whole.replaceAll(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`,
  };
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

/** One value in DER: tag, length, content (a text is hexadecimal). */
function der(tag: number, content: Buffer | string): Buffer {
  const bytes = typeof content === "string" ? Buffer.from(content, "hex") : content;
  const { length } = bytes;
  const size =
    length < 0x80
      ? [length]
      : length < 0x100
        ? [0x81, length]
        : [0x82, Math.floor(length / 0x100), length % 0x100];
  return Buffer.concat([Buffer.from([tag, ...size]), bytes]);
}
