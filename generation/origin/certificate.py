"""The operator's certificate: the one that signs manifests, and those that signed earlier.

Made here for a site that has none: a root that signs one certificate and is then forgotten, key and all, so that
nothing else can ever be signed in its name. A bought certificate takes its place by two settings.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

SIGNS = (
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
    ObjectIdentifier("1.3.6.1.5.5.7.3.36"),  # signs documents
    ObjectIdentifier("1.3.6.1.4.1.62558.2.1"),  # signs C2PA claims
)
LASTS = timedelta(days=3650)
WARN_BEFORE = timedelta(days=30)
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


class BadCertificate(Exception):
    """The certificate cannot sign. Its text says why, for the operator."""


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A chain, the signing one first, and the key that belongs to it."""

    chain: str
    key: str
    algorithm: str
    fingerprint: str
    serial: str
    anchor: str
    ends: datetime


def load(*, chain: Path, key: Path) -> Certificate:
    try:
        return parse(chain=chain.read_text(), key=key.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise BadCertificate(f"{chain} and {key} cannot be read: {error}.") from error


def parse(*, chain: str, key: str, now: datetime | None = None) -> Certificate:
    """Everything that would stop a signature later is said here, in words."""
    certificates, private = _chain(chain), _key(key)
    first, moment = certificates[0], now or datetime.now(UTC)
    if first.public_key() != private.public_key():
        raise BadCertificate("The key does not belong to the first certificate of the chain.")
    if moment < first.not_valid_before_utc:
        raise BadCertificate(f"The certificate begins only on {first.not_valid_before_utc:%d %B %Y}.")
    if moment > first.not_valid_after_utc:
        raise BadCertificate(f"The certificate ended on {first.not_valid_after_utc:%d %B %Y}.")
    _may_sign(first)
    if first.issuer == first.subject:
        raise BadCertificate("The certificate signed itself, which no reader of C2PA accepts. It needs an issuer.")
    for child, parent in pairwise(certificates):
        try:
            child.verify_directly_issued_by(parent)
        except (InvalidSignature, ValueError, TypeError) as error:
            raise BadCertificate("The chain is out of order: after each certificate comes its issuer.") from error
    return Certificate(
        chain=chain,
        key=key,
        algorithm=_algorithm(private),
        fingerprint=first.fingerprint(hashes.SHA256()).hex(),
        serial=str(first.serial_number),
        anchor=_pem(certificates[-1]),
        ends=first.not_valid_after_utc,
    )


def earlier(text: str) -> list[tuple[str, str]]:
    """Of a file with chains of earlier days: the number of each that signed, and all of it as trusted."""
    if not text.strip():
        return []
    return [
        (str(one.serial_number), text)
        for one in _chain(text)
        if not one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    ]


def make(*, name: str, now: datetime | None = None) -> tuple[str, str]:
    """A new chain (the signing certificate, then its root) and the key, as PEM."""
    moment = now or datetime.now(UTC)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, own_name = _name(f"{name} root"), _name(name)
    root = (
        _begun(root_name, root_name, root_key.public_key(), moment)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_certificates=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    own = (
        _begun(own_name, root_name, key.public_key(), moment)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return _pem(own) + _pem(root), private.decode()


def _chain(text: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise BadCertificate("The certificate file holds no certificate in PEM.") from error


def _key(text: str) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadCertificate("The key file holds no private key in PEM that can be read without a password.") from error
    if isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        return key
    raise BadCertificate("The key is of a kind that C2PA does not know; P-256 is what most use.")


def _algorithm(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> str:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256"
    if key.curve.name not in _CURVES:
        raise BadCertificate(f"C2PA does not know the curve {key.curve.name}; P-256 is what most use.")
    return _CURVES[key.curve.name]


def _may_sign(certificate: x509.Certificate) -> None:
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])
    if not set(uses) & set(SIGNS):
        raise BadCertificate(
            "The certificate is not for signing documents: its extended key usage must name e-mail protection, "
            "document signing or C2PA claim signing. One made for a web server does not do."
        )


def _begun(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, moment: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(hours=1))  # clocks of readers differ
        .not_valid_after(moment + LASTS)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, text), x509.NameAttribute(NameOID.COMMON_NAME, text)]
    )


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
