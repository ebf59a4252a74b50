"""Which certificates the line to the office trusts: the system's, a company's own authority among them."""

from __future__ import annotations

import ipaddress
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest

from crm.changes.codec import Form
from crm.errors import Code, LocalFault
from desktop.sync.line import Line

x509 = pytest.importorskip("cryptography.x509", reason="makes the certificates")


class Question(msgspec.Struct):
    text: str = ""


@dataclass
class Office:
    """An HTTPS server; ``authority`` is the file that its certificate is signed by."""

    url: str
    authority: Path


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("authority")
    make_certificates(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = msgspec.msgpack.encode({"text": "welcome"})
            self.send_response(200)
            self.send_header("Content-Type", Form.MSGPACK.value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    class Quiet(HTTPServer):
        def handle_error(self, *args: object) -> None:
            pass

    server = Quiet(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield Office(f"https://127.0.0.1:{server.server_address[1]}", folder / "authority.pem")
    server.shutdown()
    server.server_close()
    thread.join()


def make_certificates(folder: Path) -> None:
    """An authority, and a server's certificate that it signed."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    now = datetime.now(UTC)

    def name(text: str) -> object:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    def begun(text: str, key: object) -> object:
        return (
            x509.CertificateBuilder()
            .subject_name(name(text))
            .issuer_name(name("Our Company"))
            .public_key(key.public_key())  # type: ignore[attr-defined]
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=30))
        )

    def pem(certificate: object) -> bytes:
        found: bytes = certificate.public_bytes(serialization.Encoding.PEM)  # type: ignore[attr-defined]
        return found

    signer, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = (
        begun("Our Company", signer)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)  # type: ignore[attr-defined]
        .sign(signer, hashes.SHA256())
    )
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = begun("office", key).add_extension(here, critical=False).sign(signer, hashes.SHA256())  # type: ignore[attr-defined]
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "authority.pem").write_bytes(pem(authority))
    (folder / "server.pem").write_bytes(private + pem(certificate))


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "HTTPS_PROXY",
        "https_proxy",
    ):
        monkeypatch.delenv(name, raising=False)


def ask(office: Office) -> str:
    line = Line(office.url)
    try:
        return line.call("/", Question(), Question).text
    finally:
        line.close()


def test_authority_that_nobody_here_trusts_is_not_trusted(office: Office) -> None:
    with pytest.raises(LocalFault) as caught:
        ask(office)
    assert (caught.value.code, caught.value.details["reason"]) == (Code.UNREACHABLE, "certificate")


@pytest.mark.skipif("sys.platform != 'linux'", reason="elsewhere the system's store is not a file")
def test_authority_that_the_system_trusts_is_trusted(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(office.authority))
    assert ask(office) == "welcome"


def test_authority_named_in_the_environment_is_trusted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(office.authority))
    assert ask(office) == "welcome"
