"""Keys of the tests and what is signed with them: JWTs and DPoP proofs, good ones and every kind of wrong one."""
import base64
import hashlib
import hmac
import json
import secrets
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

ABSENT = object()  # a member with this value is left out
PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sha256(data):
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).digest()


def number(value, size=None):
    return b64url(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def thumbprint_of(jwk):
    """RFC7638-3"""
    return b64url(sha256(json.dumps(jwk, separators=(",", ":"), sort_keys=True)))


class Key:
    """A private key and the algorithm it signs with."""

    def __init__(self, alg="ES256", bits=2048):
        self.alg = alg
        self.kid = secrets.token_hex(4)
        if alg.startswith("ES"):
            self.private = ec.generate_private_key({"ES256": ec.SECP256R1, "ES384": ec.SECP384R1}[alg]())
        elif alg == "EdDSA":
            self.private = ed25519.Ed25519PrivateKey.generate()
        else:
            self.private = rsa.generate_private_key(65537, bits)

    def public_jwk(self):
        """The members of RFC 7638."""
        public = self.private.public_key()
        if self.alg == "EdDSA":
            raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            return {"crv": "Ed25519", "kty": "OKP", "x": b64url(raw)}
        numbers = public.public_numbers()
        if self.alg.startswith("ES"):
            size = (public.key_size + 7) // 8
            return {"crv": f"P-{public.key_size}", "kty": "EC", "x": number(numbers.x, size), "y": number(numbers.y, size)}
        return {"e": number(numbers.e), "kty": "RSA", "n": number(numbers.n)}

    def private_jwk(self):
        secret = self.private.private_numbers().private_value
        return self.public_jwk() | {"d": number(secret, 32), "kid": self.kid, "alg": self.alg}

    def published_jwk(self):
        return self.public_jwk() | {"kid": self.kid, "alg": self.alg, "use": "sig"}

    def public_pem(self):
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def thumbprint(self):
        return thumbprint_of(self.public_jwk())

    def can(self, alg):
        return alg == self.alg or {alg, self.alg} <= {"RS256", "PS256"}

    def sign(self, data, alg=None):
        alg = alg or self.alg
        if alg.startswith("ES"):
            size = (self.private.key_size + 7) // 8
            der = self.private.sign(data, ec.ECDSA(hashes.SHA384() if alg == "ES384" else hashes.SHA256()))
            return b"".join(part.to_bytes(size, "big") for part in decode_dss_signature(der))
        if alg == "EdDSA":
            return self.private.sign(data)
        return self.private.sign(data, PSS if alg == "PS256" else padding.PKCS1v15(), hashes.SHA256())

    def verify(self, signature, data):
        """Raises InvalidSignature. ES256 only: what the gateway signs its assertions with."""
        r, s = (int.from_bytes(signature[at:at + 32], "big") for at in (0, 32))
        self.private.public_key().verify(encode_dss_signature(r, s), data, ec.ECDSA(hashes.SHA256()))


def present(members):
    return {name: value for name, value in members.items() if value is not ABSENT}


def as_json(value):
    return value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()


def make_jws(key, header, claims):
    """A compact JWS. Header and claims are members, or bytes that need not be JSON; `alg` none and HS256 are signed as those
    who try them do: not at all, or with the public key as the secret."""
    if isinstance(header, dict):
        header = present({"alg": key.alg} | header)
    if isinstance(claims, dict):
        claims = present(claims)
    signed = b64url(as_json(header)) + "." + b64url(as_json(claims))
    alg = header.get("alg", key.alg) if isinstance(header, dict) else key.alg
    if alg == "none":
        signature = b""
    elif str(alg).startswith("HS"):
        signature = hmac.digest(key.public_pem(), signed.encode(), "sha256")
    else:
        signature = key.sign(signed.encode(), alg if key.can(alg) else None)
    return signed + "." + b64url(signature)


def make_ath(token):
    return b64url(sha256(token))


def make_proof(key, token, method="GET", url=None, header=None, raw_claims=None, **claims):
    """A DPoP proof that is right but for what the caller changes in its header and its claims."""
    members = {"typ": "dpop+jwt", "alg": key.alg, "jwk": key.public_jwk()} | (header or {})
    good = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": url, "iat": int(time.time()),
            "ath": make_ath(token) if token is not None else ABSENT}
    return make_jws(key, members, raw_claims if raw_claims is not None else good | claims)


def read_jws(text):
    """Header and claims of a compact JWS, unverified."""
    return tuple(json.loads(unb64url(part)) for part in text.split(".")[:2])


def make_opaque_token(expires_at):
    """As the server makes them: 48 bits of time in milliseconds, 208 random bits."""
    return b64url(int(expires_at * 1000).to_bytes(6, "big") + secrets.token_bytes(26))


def token_hash(token):
    """The name of a token in the revocation feed: its time, then 26 bytes of SHA-256; of a JWT the time is zero."""
    time_part = unb64url(token)[:6] if len(token) == 43 else bytes(6)
    return b64url(time_part + sha256(token)[6:])
