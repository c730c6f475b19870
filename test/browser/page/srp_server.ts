// The server's side of SRP-6a as Cognito speaks it: the password itself is never sent.
import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";

// The 3072-bit group of RFC 5054, appendix A.
const N = BigInt(
  "0xFFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B" +
    "302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE6" +
    "49286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D" +
    "670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718" +
    "3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7D" +
    "B3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C" +
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
);
const g = 2n;

/** An attempt to sign in. */
export class SrpExchange {
  readonly salt = hex(randomNumber(16));
  readonly secretBlock = randomBytes(64);
  readonly #poolName: string;
  readonly #username: string;
  readonly #A: bigint;
  readonly #b = randomNumber(128);
  readonly #v: bigint;

  /**
   * @param poolId    us-east-1_Abc: the part after the region is an input of the secret
   * @param srpA      the client's public number, in hexadecimal
   */
  constructor(poolId: string, username: string, password: string, srpA: string) {
    this.#poolName = poolId.split("_")[1] ?? "";
    this.#username = username;
    this.#A = BigInt(`0x${srpA}`);
    if (this.#A % N === 0n) throw new Error("SRP_A must not be 0");
    const identity = sha256(Buffer.from(`${this.#poolName}${username}:${password}`));
    this.#v = power(g, BigInt(`0x${sha256(Buffer.from(this.salt + identity, "hex"))}`));
  }

  /** The server's public number, in hexadecimal. */
  get B(): string {
    const k = BigInt(`0x${sha256(Buffer.from(hex(N) + hex(g), "hex"))}`);
    return hex((k * this.#v + power(g, this.#b)) % N);
  }

  /** Whether the client's signature, in base64, shows that it knows the password. */
  isProvenBy(signature: string, timestamp: string): boolean {
    const u = BigInt(`0x${sha256(Buffer.from(hex(this.#A) + this.B, "hex"))}`);
    const S = power(this.#A * power(this.#v, u), this.#b);
    const key = hkdfSync("sha256", Buffer.from(hex(S), "hex"), Buffer.from(hex(u), "hex"), "Caldera Derived Key", 16);
    const mac = createHmac("sha256", Buffer.from(key));
    mac.update(this.#poolName).update(this.#username).update(this.secretBlock).update(timestamp);
    const given = Buffer.from(signature, "base64");
    const want = mac.digest();
    return given.length === want.length && timingSafeEqual(given, want);
  }
}

/** Hexadecimal with whole bytes. A leading zero byte keeps the number positive, as in Cognito. */
function hex(n: bigint): string {
  const digits = n.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return /^[89a-f]/.test(even) ? `00${even}` : even;
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function randomNumber(bytes: number): bigint {
  return BigInt(`0x${randomBytes(bytes).toString("hex")}`);
}

/** base ^ exponent mod N */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base % N, e = exponent; e > 0n; e >>= 1n, square = (square * square) % N) {
    if (e & 1n) result = (result * square) % N;
  }
  return result;
}
