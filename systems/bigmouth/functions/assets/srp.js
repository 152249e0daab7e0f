// Secure Remote Password as Amazon Cognito speaks it: SRP-6a over the 3072-bit group of RFC 5054 with generator 2.
// The password never leaves the browser.

const Srp = (() => {
  const N = BigInt("0x" +
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74" +
    "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437" +
    "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05" +
    "98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB" +
    "9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B" +
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718" +
    "3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33" +
    "A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7" +
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864" +
    "D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2" +
    "08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF");
  const g = 2n;
  const utf8 = (text) => new TextEncoder().encode(text);

  function power(base, exponent) {
    let result = 1n;
    for (base %= N; exponent > 0n; exponent >>= 1n) {
      if (exponent & 1n) result = result * base % N;
      base = base * base % N;
    }
    return result;
  }

  // Cognito hashes numbers as signed big-endian bytes: a leading zero byte where the highest bit is set.
  function padded(number) {
    let hex = number.toString(16);
    if (hex.length % 2) hex = "0" + hex;
    if (/^[89a-f]/.test(hex)) hex = "00" + hex;
    return Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16));
  }

  function joined(...parts) {
    const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    parts.reduce((offset, part) => (bytes.set(part, offset), offset + part.length), 0);
    return bytes;
  }

  function integer(bytes) {
    return BigInt("0x" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""));
  }

  async function sha256(...parts) {
    return new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
  }

  async function hmac(key, message) {
    const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign("HMAC", imported, message));
  }

  async function derivedKey(secret, u) {
    const imported = await crypto.subtle.importKey("raw", padded(secret), "HKDF", false, ["deriveBits"]);
    const algorithm = { name: "HKDF", hash: "SHA-256", salt: padded(u), info: utf8("Caldera Derived Key") };
    return new Uint8Array(await crypto.subtle.deriveBits(algorithm, imported, 128));
  }

  // EEE MMM d HH:mm:ss UTC yyyy, in English and with an unpadded day.
  function timestamp(now) {
    const [, day, month, year, time] = now.toUTCString().match(/^\w+, (\d+) (\w+) (\d+) ([\d:]+)/);
    return `${now.toUTCString().slice(0, 3)} ${month} ${Number(day)} ${time} UTC ${year}`;
  }

  async function sharedSecret({ a, A, B, u, salt, identity }) {
    const k = integer(await sha256(padded(N), padded(g)));
    const x = integer(await sha256(padded(salt), await sha256(utf8(identity))));
    const base = (B - k * power(g, x) % N + N) % N;
    return power(base, a + u * x);
  }

  // The public number to open with, and the function that answers the challenge which comes back.
  function start() {
    const a = integer(crypto.getRandomValues(new Uint8Array(128)));
    const A = power(g, a);
    return { publicNumber: A.toString(16), answer: (challenge, who) => answer({ a, A }, challenge, who) };
  }

  async function answer({ a, A }, challenge, { pool, password }) {
    const user = challenge.USER_ID_FOR_SRP;
    const poolName = pool.slice(pool.indexOf("_") + 1);
    const B = BigInt("0x" + challenge.SRP_B);
    const u = integer(await sha256(padded(A), padded(B)));
    if (B % N === 0n || u === 0n) throw new Error("The server sent an unsafe SRP challenge.");

    const identity = `${poolName}${user}:${password}`;
    const secret = await sharedSecret({ a, A, B, u, salt: BigInt("0x" + challenge.SALT), identity });
    const block = Uint8Array.from(atob(challenge.SECRET_BLOCK), (character) => character.charCodeAt(0));
    const now = timestamp(new Date());
    const proof = await hmac(await derivedKey(secret, u), joined(utf8(poolName + user), block, utf8(now)));
    return {
      USERNAME: user,
      TIMESTAMP: now,
      PASSWORD_CLAIM_SECRET_BLOCK: challenge.SECRET_BLOCK,
      PASSWORD_CLAIM_SIGNATURE: btoa(String.fromCharCode(...proof)),
    };
  }

  return { start };
})();
