"""Certificates as the operating system trusts them: an authority of the company's own counts as it does for browsers."""

from __future__ import annotations

import ssl
from typing import Any

import truststore
from requests.adapters import HTTPAdapter


class SystemTrustAdapter(HTTPAdapter):
    """Asks the system's trust store about every certificate, the office's and a proxy's.

    A bundle named in the environment (``REQUESTS_CA_BUNDLE``) is trusted beside it.
    """

    def __init__(self, **pools: Any) -> None:
        # Before the first pool, which the base makes.
        self._context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__(**pools)

    def init_poolmanager(self, *sizes: Any, **named: Any) -> None:
        """See `HTTPAdapter`."""
        super().init_poolmanager(*sizes, **named, ssl_context=self._context)

    def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
        """See `HTTPAdapter`."""
        return super().proxy_manager_for(
            proxy, **named, ssl_context=self._context, proxy_ssl_context=self._context
        )

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """See `HTTPAdapter`: without a bundle of our own nothing is added to what the system trusts."""
        super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]
        if verify is True:
            conn.ca_certs = conn.ca_cert_dir = None
