"""Processors that sign for real: for every signature scheme a way to sign, made by the vendor's own library where it can.

A Scheme is all that a test needs to know of one: which requests it makes for a body, a secret and a moment, and what it can do.
Keys and certificates are made here, once in a run.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from receivables.core.errors import DependencyFailed
from receivables.payments.endpoints import Endpoint, Secret
from receivables.payments.processors import Request

NOW: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
FIVE_MINUTES: Final = timedelta(seconds=300)
FOUR_DAYS: Final = timedelta(days=4)

BODY: Final = json.dumps(
    {
        "id": "evt_1",
        "event_id": "evt_1",
        "type": "payment.paid",
        "data": {"amount": 1000, "currency": "EUR", "resource": {"profile_id": 77}},
    }
).encode()
WEBHOOK_URL: Final = "https://hooks.example.com/webhooks/square/main"

PAYPAL_NAME: Final = "messageverificationcerts.paypal.com"
PAYPAL_CERT_URL: Final = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-ab66f33d"
TRUELAYER_JWKS_URL: Final = "https://webhooks.truelayer.com/.well-known/jwks"
TRUELAYER_KID: Final = "45fc75cf-5649-4134-84b3-192c2c78e990"


@dataclass
class PublishedHere:
    """Implements payments.processors.Keys: what is published, by address; `newer` is what is there when asked anew."""

    published: Mapping[str, bytes] = field(default_factory=dict)
    newer: Mapping[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def get(self, url: str, hosts: frozenset[str]) -> bytes:
        from receivables.adapters.published_keys import require_published

        require_published(url, hosts)
        self.asked.append(url)
        if url not in self.published:
            raise DependencyFailed("nothing is published there")
        return self.published[url]

    def renewed(self, url: str, hosts: frozenset[str]) -> bytes:
        return self.newer[url] if url in self.newer else self.get(url, hosts)


Sign = Callable[[bytes, str, datetime], Request]


@dataclass(frozen=True)
class Scheme:
    """A signature scheme. `secrets` are two of an endpoint's; `header` is where the signature is (None: in the body, where `placed`
    puts one). `timed`: how old and how much in the future it may be (None: it tells no time). `modes`: live and test are
    told apart by more than their secrets. `repeats`: a header that came twice is good when one of the two is. `reserialised`:
    the body written otherwise, which must fail (None: only fields are signed). `downgrades` sign by weaker algorithms. `oracle` is
    the vendor's own verifier."""

    name: str
    processor: str
    sign: Sign
    secrets: tuple[str, str]
    header: str | None
    body: bytes = BODY
    timed: tuple[timedelta, timedelta] | None = None
    modes: bool = False
    repeats: bool = True
    settings: Mapping[str, str] = field(default_factory=dict)
    keys: PublishedHere = field(default_factory=PublishedHere)
    reserialised: Callable[[bytes], bytes] | None = lambda body: json.dumps(
        json.loads(body), separators=(",", ":")
    ).encode()
    tampered: Callable[[bytes], bytes] = lambda body: body.replace(b"1000", b"9000")
    placed: Callable[[bytes, str], bytes] | None = None
    downgrades: Sequence[Sign] = ()
    oracle: Callable[[Request, str], bool] | None = None
    unsigned: Sequence[str] = ()

    def endpoint(self, *secrets: Secret | str, livemode: bool = True) -> Endpoint:
        """An endpoint with these secrets."""
        made = tuple(each if isinstance(each, Secret) else Secret(each) for each in secrets)
        return Endpoint(made, livemode, self.settings)

    def signed(self, body: bytes | None = None, secret: str | None = None, at: datetime = NOW) -> Request:
        return self.sign(body or self.body, secret or self.secrets[0], at)

    def with_signature(self, request: Request, text: str) -> Request:
        """The request with another signature."""
        if self.header is None:
            assert self.placed is not None
            return replace(request, body=self.placed(request.body, text))
        return replace(request, headers={**request.headers, self.header: text})

    def signature_of(self, request: Request) -> str:
        assert self.header is not None
        return request.headers[self.header]


# Keys, made once


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def p521_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP521R1())


@cache
def ed25519_key(name: str) -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


def public_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(encoding, form).decode()


def private_pem(key: Any) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    made: bytes = key.private_bytes(encoding, form, serialization.NoEncryption())
    return made.decode()


# HMAC in a header


def hmac_scheme(
    name: str,
    header: str,
    *,
    algorithm: str = "sha256",
    form: str = "hex",
    prefix: str = "",
    content: Callable[[bytes], bytes] = lambda body: body,
    more: Mapping[str, str] | None = None,
    secrets: tuple[str, str] = ("the secret of a test", "another secret of a test"),
    key: Callable[[str], bytes] = str.encode,
    **members: Any,
) -> Scheme:
    def signer(algorithm: str, form: str) -> Sign:
        def sign(body: bytes, secret: str, at: datetime) -> Request:
            digest = hmac.digest(key(secret), content(body), algorithm)
            text = digest.hex() if form == "hex" else base64.b64encode(digest).decode()
            return Request(body, {header: prefix + text, **(more or {})})

        return sign

    weaker = [each for each in ("md5", "sha1", "sha256", "sha512") if each != algorithm]
    return Scheme(
        name=name,
        processor=members.pop("processor", name),
        sign=signer(algorithm, form),
        secrets=secrets,
        header=header,
        downgrades=[signer(each, form) for each in weaker],
        **members,
    )


# Stripe, Standard Webhooks: by their libraries


def _stripe(body: bytes, secret: str, at: datetime) -> Request:
    from stripe import WebhookSignature

    seconds = int(at.timestamp())
    signature = WebhookSignature._compute_signature(f"{seconds}.{body.decode('latin-1')}", secret)
    return Request(body, {"stripe-signature": f"t={seconds},v1={signature}"})


def _stripe_v0(body: bytes, secret: str, at: datetime) -> Request:
    signed = _stripe(body, secret, at)
    return replace(
        signed, headers={"stripe-signature": signed.headers["stripe-signature"].replace("v1=", "v0=")}
    )


def _stripe_holds(request: Request, secret: str) -> bool:
    from stripe import SignatureVerificationError, WebhookSignature

    try:
        return bool(
            WebhookSignature.verify_header(request.body.decode(), request.headers["stripe-signature"], secret)
        )
    except SignatureVerificationError:
        return False


def _standard(body: bytes, secret: str, at: datetime) -> Request:
    from standardwebhooks import Webhook

    signature = Webhook(secret).sign("msg_1", at, body.decode())
    return _standard_request(body, at, signature)


def _standard_request(body: bytes, at: datetime, signature: str) -> Request:
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp()))}
    return Request(body, {**headers, "webhook-signature": signature})


def _standard_renamed(body: bytes, secret: str, at: datetime) -> Request:
    """The symmetric signature, called the asymmetric one."""
    signature = _standard(body, secret, at).headers["webhook-signature"]
    return _standard_request(body, at, signature.replace("v1,", "v1a,"))


def _ed25519(body: bytes, secret: str, at: datetime) -> Request:
    key = next(each for each in map(ed25519_key, "ab") if public_word(each) == secret)
    content = f"msg_1.{int(at.timestamp())}.".encode() + body
    return _standard_request(body, at, f"v1a,{base64.b64encode(key.sign(content)).decode()}")


def _public_key_as_secret(body: bytes, secret: str, at: datetime) -> Request:
    """HMAC under the public key, which anybody knows."""
    key = base64.b64decode(secret.removeprefix("whpk_"))
    content = f"msg_1.{int(at.timestamp())}.".encode() + body
    return _standard_request(body, at, f"v1,{base64.b64encode(hmac.digest(key, content, 'sha256')).decode()}")


def public_word(key: ed25519.Ed25519PrivateKey) -> str:
    return "whpk_" + base64.b64encode(key.public_key().public_bytes_raw()).decode()


# Adyen: by its library

ADYEN_BODY: Final = json.dumps(
    {
        "live": "true",
        "notificationItems": [
            {
                "NotificationRequestItem": {
                    "pspReference": psp,
                    "originalReference": "PSP0",
                    "merchantAccountCode": "Example",
                    "merchantReference": "INV-1",
                    "amount": {"value": 1000, "currency": "EUR"},
                    "eventCode": "AUTHORISATION",
                    "success": "true",
                    "additionalData": {},
                }
            }
            for psp in ("PSP1", "PSP2")
        ],
    }
).encode()


def _adyen(body: bytes, secret: str, at: datetime) -> Request:
    from Adyen.util import generate_notification_sig

    document = json.loads(body)
    for each in document["notificationItems"]:
        item = each["NotificationRequestItem"]
        item["additionalData"]["hmacSignature"] = generate_notification_sig(item, secret).decode()
    return Request(json.dumps(document).encode())


def adyen_placed(body: bytes, text: str) -> bytes:
    """The signature of the last item replaced: the first stays good."""
    document = json.loads(body)
    document["notificationItems"][-1]["NotificationRequestItem"]["additionalData"]["hmacSignature"] = text
    return json.dumps(document).encode()


def _adyen_unsigned(body: bytes, secret: str, at: datetime) -> Request:
    """A notification of items, signed as a whole instead."""
    digest = hmac.digest(bytes.fromhex(secret), body, "sha256")
    return Request(body, {"hmacsignature": base64.b64encode(digest).decode()})


def _adyen_holds(request: Request, secret: str) -> bool:
    from Adyen.util import is_valid_hmac_notification

    items = json.loads(request.body)["notificationItems"]
    return all(is_valid_hmac_notification(each["NotificationRequestItem"], secret) for each in items)


# Braintree: by its library

BRAINTREE_XML: Final = (
    b"<notification><timestamp type='datetime'>2026-03-02T09:30:00Z</timestamp>"
    b"<kind>check</kind><subject><check type='boolean'>true</check><n>1000</n></subject></notification>"
)


def braintree_library() -> Any:
    """Braintree's own library, which warns of itself when it is imported."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import braintree
        import braintree.exceptions.invalid_signature_error
        import braintree.util.crypto
    return braintree


def _braintree(body: bytes, secret: str, at: datetime) -> Request:
    Crypto = braintree_library().util.crypto.Crypto  # noqa: N806 - its name
    public, _, private = secret.partition(":")
    payload = base64.encodebytes(body).decode()
    signature = f"{public}|{Crypto.sha1_hmac_hash(private, payload)}"
    return Request(urlencode({"bt_signature": signature, "bt_payload": payload}).encode())


def _braintree_sha256(body: bytes, secret: str, at: datetime) -> Request:
    Crypto = braintree_library().util.crypto.Crypto  # noqa: N806 - its name
    public, _, private = secret.partition(":")
    payload = base64.encodebytes(body).decode()
    signature = f"{public}|{Crypto.sha256_hmac_hash(private, payload)}"
    return Request(urlencode({"bt_signature": signature, "bt_payload": payload}).encode())


def _braintree_raw_key(body: bytes, secret: str, at: datetime) -> Request:
    public, _, private = secret.partition(":")
    payload = base64.encodebytes(body).decode()
    signature = f"{public}|{hmac.new(private.encode(), payload.encode(), hashlib.sha1).hexdigest()}"
    return Request(urlencode({"bt_signature": signature, "bt_payload": payload}).encode())


def braintree_fields(body: bytes) -> dict[str, str]:
    from urllib.parse import parse_qsl

    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def braintree_placed(body: bytes, text: str) -> bytes:
    fields = {**braintree_fields(body), "bt_signature": f"public_a|{text}"}
    return urlencode(fields, errors="surrogatepass").encode()


def _braintree_payload(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def changed(body: bytes) -> bytes:
        fields = braintree_fields(body)
        payload = change(base64.b64decode(fields["bt_payload"]))
        return urlencode({**fields, "bt_payload": base64.encodebytes(payload).decode()}).encode()

    return changed


def _braintree_one_line(body: bytes) -> bytes:
    """The same payload in one line of base64."""
    fields = braintree_fields(body)
    return urlencode({**fields, "bt_payload": fields["bt_payload"].replace("\n", "")}).encode()


def _braintree_holds(request: Request, secret: str) -> bool:
    braintree = braintree_library()
    public, _, private = secret.partition(":")
    gateway = braintree.BraintreeGateway(
        braintree.Configuration(braintree.Environment.Sandbox, "merchant", public, private)
    )
    fields = braintree_fields(request.body)
    try:
        gateway.webhook_notification.parse(fields["bt_signature"], fields["bt_payload"])
    except braintree.exceptions.invalid_signature_error.InvalidSignatureError:
        return False
    return True


# PayPal: by an authority of our own


@dataclass(frozen=True)
class Authority:
    """A certificate authority: its key and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


@cache
def authority(name: str = "An Authority of the Tests") -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=3650))
        .not_valid_after(NOW + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(key, made)


def certificate(
    key: Any,
    *,
    issuer: Authority | None = None,
    names: Sequence[str] = (PAYPAL_NAME,),
    begins: datetime = NOW - timedelta(days=100),
    ends: datetime = NOW + timedelta(days=100),
) -> bytes:
    """A certificate for signing, as PEM, issued by the authority (None: by itself)."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0] if names else "nobody")])
    issued_by = subject if issuer is None else issuer.certificate.subject
    issuing_key = key if issuer is None else issuer.key
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issued_by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing_key.public_key()), critical=False
        )
    )
    if names:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        made = made.add_extension(alternatives, critical=False)
    return made.sign(issuing_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@cache
def paypal_certificate() -> bytes:
    return certificate(rsa_key("paypal"), issuer=authority())


def paypal_request(
    body: bytes,
    webhook_id: str,
    at: datetime,
    *,
    key: str = "paypal",
    url: str = PAYPAL_CERT_URL,
    algorithm: Any = None,
    named: str = "SHA256withRSA",
    transmission: str = "dfb3be50-fd74-11e4-8bf3-77339302725b",
) -> Request:
    sent = at.isoformat().replace("+00:00", "Z")
    content = f"{transmission}|{sent}|{webhook_id}|{zlib.crc32(body)}".encode()
    signature = rsa_key(key).sign(content, padding.PKCS1v15(), algorithm or hashes.SHA256())
    headers = {
        "paypal-transmission-id": transmission,
        "paypal-transmission-time": sent,
        "paypal-transmission-sig": base64.b64encode(signature).decode(),
        "paypal-cert-url": url,
        "paypal-auth-algo": named,
    }
    return Request(body, headers)


def _paypal_sha1(body: bytes, secret: str, at: datetime) -> Request:
    return paypal_request(body, secret, at, algorithm=hashes.SHA1(), named="SHA1withRSA")


def _paypal_sha1_unnamed(body: bytes, secret: str, at: datetime) -> Request:
    return paypal_request(body, secret, at, algorithm=hashes.SHA1())


def _paypal_named_none(body: bytes, secret: str, at: datetime) -> Request:
    return paypal_request(body, secret, at, named="none")


# Wise


def _wise(body: bytes, secret: str, at: datetime, algorithm: Any = None) -> Request:
    key = next(each for each in map(rsa_key, ("wise", "wise2")) if public_pem(each) == secret)
    signature = key.sign(body, padding.PKCS1v15(), algorithm or hashes.SHA256())
    headers = {"x-signature-sha256": base64.b64encode(signature).decode(), "x-delivery-id": "d1"}
    return Request(body, headers)


def _wise_sha1(body: bytes, secret: str, at: datetime) -> Request:
    return _wise(body, secret, at, hashes.SHA1())


def _wise_hmac(body: bytes, secret: str, at: datetime) -> Request:
    """HMAC under the public key, which anybody knows."""
    digest = hmac.digest(secret.encode(), body, "sha256")
    return Request(body, {"x-signature-sha256": base64.b64encode(digest).decode()})


# TrueLayer: by its library


def jwks(**keys: ec.EllipticCurvePrivateKey) -> bytes:
    """A key set of P-521 keys by their ids (underscores for hyphens)."""

    def number(value: int) -> str:
        return base64.urlsafe_b64encode(value.to_bytes(66)).rstrip(b"=").decode()

    found = []
    for kid, key in keys.items():
        point = key.public_key().public_numbers()
        told = {"kty": "EC", "crv": "P-521", "alg": "ES512", "use": "sig", "kid": kid.replace("_", "-")}
        found.append({**told, "x": number(point.x), "y": number(point.y)})
    return json.dumps({"keys": found}).encode()


def truelayer_request(
    body: bytes,
    token: str,
    at: datetime,
    *,
    key: str = "truelayer",
    jku: str | None = TRUELAYER_JWKS_URL,
    kid: str = TRUELAYER_KID,
    path: str = "/webhooks/truelayer/main",
    timestamped: bool = True,
) -> Request:
    from truelayer_signing import sign_with_pem

    sent = at.isoformat().replace("+00:00", "Z")
    headers = {"X-Tl-Webhook-Timestamp": sent} if timestamped else {}
    headers["Content-Type"] = "application/json"
    signer = sign_with_pem(kid, private_pem(p521_key(key))).set_path(path).set_body(body.decode("latin-1"))
    # Its own HttpMethod.POST is written as such, not as POST, on the Pythons since 3.11.
    signer.http_method = "POST"
    if jku is not None:
        signer = signer.set_jku(jku)
    signature = signer.add_headers(headers).sign()
    named = {name.lower(): value for name, value in headers.items()}
    return Request(
        body, {**named, "tl-signature": signature}, path=path.partition("?")[0], query={"token": token}
    )


def jws(header: Mapping[str, Any], sign: Callable[[bytes], bytes], request: Request) -> Request:
    """The request under a JWS header of one's own making."""
    from receivables.adapters.processors.truelayer.jws import message, to_base64url

    protected = to_base64url(json.dumps(header).encode())
    names = header.get("tl_headers")
    listed = names.split(",") if isinstance(names, str) else ["X-Tl-Webhook-Timestamp"]
    headers = [(name, request.headers[name.lower()]) for name in listed if name]
    content = message(protected, request.method, request.path, headers, request.body)
    text = f"{protected}..{to_base64url(sign(content))}"
    return replace(request, headers={**request.headers, "tl-signature": text})


def truelayer_header(**members: Any) -> dict[str, Any]:
    return {
        "alg": "ES512",
        "kid": TRUELAYER_KID,
        "tl_version": "2",
        "tl_headers": "X-Tl-Webhook-Timestamp",
        "jku": TRUELAYER_JWKS_URL,
        **members,
    }


def es512(key: str = "truelayer") -> Callable[[bytes], bytes]:
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    def sign(content: bytes) -> bytes:
        r, s = decode_dss_signature(p521_key(key).sign(content, ec.ECDSA(hashes.SHA512())))
        return r.to_bytes(66) + s.to_bytes(66)

    return sign


def _truelayer_none(body: bytes, secret: str, at: datetime) -> Request:
    return jws(truelayer_header(alg="none"), lambda _: b"", truelayer_request(body, secret, at))


def _truelayer_none_signed(body: bytes, secret: str, at: datetime) -> Request:
    return jws(truelayer_header(alg="none"), es512(), truelayer_request(body, secret, at))


def _truelayer_hmac(body: bytes, secret: str, at: datetime) -> Request:
    """HS512 under the public key, which anybody knows: the classic confusion of algorithms."""
    public = public_pem(p521_key("truelayer")).encode()
    request = truelayer_request(body, secret, at)
    return jws(truelayer_header(alg="HS512"), lambda content: hmac.digest(public, content, "sha512"), request)


def _truelayer_hmac_renamed(body: bytes, secret: str, at: datetime) -> Request:
    public = public_pem(p521_key("truelayer")).encode()
    request = truelayer_request(body, secret, at)
    return jws(truelayer_header(), lambda content: hmac.digest(public, content, "sha512"), request)


def _truelayer_version_1(body: bytes, secret: str, at: datetime) -> Request:
    return jws(truelayer_header(tl_version="1"), es512(), truelayer_request(body, secret, at))


def _truelayer_holds(request: Request, secret: str) -> bool:
    from truelayer_signing import verify_with_pem
    from truelayer_signing.errors import TlSigningException

    verifier = verify_with_pem(public_pem(p521_key("truelayer")))
    verifier.http_method = "POST"
    verifier = verifier.set_path(request.path).set_body(request.body.decode("latin-1"))
    headers = {"X-Tl-Webhook-Timestamp": request.headers["x-tl-webhook-timestamp"]}
    headers["Content-Type"] = request.headers["content-type"]
    try:
        verifier.add_headers(headers).verify(request.headers["tl-signature"])
    except TlSigningException:
        return False
    return True


# The vendors' verifiers of the plain ones


def _gocardless_holds(request: Request, secret: str) -> bool:
    from gocardless_pro import webhooks
    from gocardless_pro.errors import InvalidSignatureError

    try:
        webhooks._verify_signature(request.body, secret, request.headers["webhook-signature"])
    except InvalidSignatureError:
        return False
    return True


def _razorpay_holds(request: Request, secret: str) -> bool:
    from razorpay.errors import SignatureVerificationError
    from razorpay.utility import Utility

    try:
        return bool(
            Utility().verify_webhook_signature(
                request.body.decode(), request.headers["x-razorpay-signature"], secret
            )
        )
    except SignatureVerificationError:
        return False


def _square_holds(request: Request, secret: str) -> bool:
    from square.utils.webhooks_helper import verify_signature

    return verify_signature(
        request_body=request.body.decode(),
        signature_header=request.headers["x-square-hmacsha256-signature"],
        signature_key=secret,
        notification_url=WEBHOOK_URL,
    )


def _mollie_holds(request: Request, secret: str) -> bool:
    from mollie.utils.webhooks.signature_validator import InvalidSignatureException, SignatureValidator

    try:
        return bool(
            SignatureValidator(secret).validate_payload(
                request.body.decode(), request.headers["x-mollie-signature"]
            )
        )
    except InvalidSignatureException:
        return False


def _adyen_whole_holds(request: Request, secret: str) -> bool:
    from Adyen.util import is_valid_hmac_payload

    return bool(is_valid_hmac_payload(request.headers["hmacsignature"], secret, request.body))


_TIMED: Final = (FIVE_MINUTES, FIVE_MINUTES)
_RETRIED: Final = (FOUR_DAYS, FIVE_MINUTES)
_WORDS: Final = tuple("whsec_" + base64.b64encode(each * 24).decode() for each in (b"a", b"b"))


def every_scheme() -> list[Scheme]:
    """One for each of the thirteen processors; two where it has two."""
    return [
        Scheme(
            "stripe",
            "stripe",
            _stripe,
            ("whsec_a", "whsec_b"),
            "stripe-signature",
            timed=_TIMED,
            downgrades=[_stripe_v0],
            oracle=_stripe_holds,
        ),
        Scheme(
            "standardwebhooks",
            "standardwebhooks",
            _standard,
            (_WORDS[0], _WORDS[1]),
            "webhook-signature",
            timed=_TIMED,
            downgrades=[_standard_renamed],
        ),
        Scheme(
            "standardwebhooks ed25519",
            "standardwebhooks",
            _ed25519,
            (public_word(ed25519_key("a")), public_word(ed25519_key("b"))),
            "webhook-signature",
            timed=_TIMED,
            downgrades=[_public_key_as_secret],
        ),
        Scheme(
            "adyen items",
            "adyen",
            _adyen,
            ("44" * 32, "55" * 32),
            None,
            ADYEN_BODY,
            modes=True,
            reserialised=None,
            placed=adyen_placed,
            downgrades=[_adyen_unsigned],
            oracle=_adyen_holds,
        ),
        hmac_scheme(
            "adyen whole",
            "hmacsignature",
            processor="adyen",
            form="base64",
            key=bytes.fromhex,
            secrets=("44" * 32, "55" * 32),
            body=BODY[:-1] + b', "environment": "live"}',
            modes=True,
            oracle=_adyen_whole_holds,
        ),
        Scheme(
            "paypal",
            "paypal",
            paypal_request,
            ("4JH86294D6297924G", "9AB86294D6297924X"),
            "paypal-transmission-sig",
            timed=_RETRIED,
            modes=True,
            repeats=False,
            settings={"authorities": authority().pem},
            keys=PublishedHere({PAYPAL_CERT_URL: paypal_certificate()}),
            downgrades=[_paypal_sha1, _paypal_sha1_unnamed, _paypal_named_none],
        ),
        hmac_scheme("gocardless", "webhook-signature", oracle=_gocardless_holds),
        hmac_scheme(
            "square",
            "x-square-hmacsha256-signature",
            form="base64",
            content=lambda body: WEBHOOK_URL.encode() + body,
            settings={"url": WEBHOOK_URL},
            oracle=_square_holds,
        ),
        hmac_scheme("mollie", "x-mollie-signature", prefix="sha256=", oracle=_mollie_holds),
        Scheme(
            "braintree",
            "braintree",
            _braintree,
            ("public_a:private_a", "public_b:private_b"),
            None,
            BRAINTREE_XML,
            repeats=False,
            reserialised=_braintree_one_line,
            tampered=_braintree_payload(lambda xml: xml.replace(b"1000", b"9000")),
            placed=braintree_placed,
            downgrades=[_braintree_sha256, _braintree_raw_key],
            oracle=_braintree_holds,
        ),
        hmac_scheme(
            "razorpay",
            "x-razorpay-signature",
            more={"x-razorpay-event-id": "EV1"},
            oracle=_razorpay_holds,
            unsigned=("x-razorpay-event-id",),
        ),
        hmac_scheme("paystack", "x-paystack-signature", algorithm="sha512"),
        hmac_scheme("checkout", "cko-signature"),
        Scheme(
            "wise",
            "wise",
            _wise,
            (public_pem(rsa_key("wise")), public_pem(rsa_key("wise2"))),
            "x-signature-sha256",
            repeats=False,
            settings={"profile_id": "77"},
            downgrades=[_wise_sha1, _wise_hmac],
            unsigned=("x-delivery-id", "x-test-notification"),
        ),
        Scheme(
            "truelayer",
            "truelayer",
            truelayer_request,
            ("a token of ours", "another token of ours"),
            "tl-signature",
            timed=_RETRIED,
            modes=True,
            repeats=False,
            keys=PublishedHere(
                {TRUELAYER_JWKS_URL: jwks(**{TRUELAYER_KID.replace("-", "_"): p521_key("truelayer")})}
            ),
            downgrades=[
                _truelayer_none,
                _truelayer_none_signed,
                _truelayer_hmac,
                _truelayer_hmac_renamed,
                _truelayer_version_1,
            ],
            oracle=_truelayer_holds,
        ),
    ]
