"""One window per data folder: a second start asks the first window to come forward.

Beside the folder's lock, which decides. A local socket, named after the folder, carries one word.
"""

from __future__ import annotations

import hashlib
import logging
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

log = logging.getLogger(__name__)

COME: Final = b"come forward\n"
WAIT_MS: Final = 2000


class Single(QObject):
    """``asked`` is emitted when another start wants the window to come forward."""

    asked = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        digest = hashlib.blake2b(str(folder.resolve()).encode(), digest_size=12).hexdigest()
        self._name = f"roundsman-{digest}"
        self._server: QLocalServer | None = None

    def call_first(self) -> bool:
        """Whether a window is there and was asked to come forward: then this start is the second and ends."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(WAIT_MS):
            return False
        socket.write(COME)
        socket.waitForBytesWritten(WAIT_MS)
        # The window took the word when it closes the line.
        socket.waitForDisconnected(WAIT_MS)
        return True

    def listen(self) -> None:
        """Be the first. What a process that was killed left behind is cleared away."""
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._on_connection)
        if not server.listen(self._name):
            QLocalServer.removeServer(self._name)
            if not server.listen(self._name):
                log.warning("single_not_listening")
                return
        self._server = server

    def close(self) -> None:
        """Be called no more."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _on_connection(self) -> None:
        server = self._server
        while server is not None and server.hasPendingConnections():
            socket = server.nextPendingConnection()
            socket.readyRead.connect(partial(self._on_word, socket))
            socket.disconnected.connect(socket.deleteLater)
            self._on_word(socket)

    def _on_word(self, socket: QLocalSocket) -> None:
        """The word may be there already, or come in a moment; nobody waits for it."""
        if socket.bytesAvailable() >= len(COME):
            if bytes(socket.readAll().data()) == COME:
                self.asked.emit()
            socket.disconnectFromServer()
